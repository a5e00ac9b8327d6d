#include "core/api/openapi/schema_notation.h"

#include "proto/base/result.h"

namespace footfall::core {
namespace {

namespace json = boost::json;

std::string_view format_of(std::string_view type) {
  if (type == "time") return "date-time";
  if (type == "url") return "uri";
  if (type == "date" || type == "email" || type == "uuid") return type;
  return {};
}

json::object enumeration(std::string_view words) {
  json::array values;
  while (true) {
    const std::size_t end = words.find('|');
    values.emplace_back(words.substr(0, end));
    if (end == std::string_view::npos) break;
    words.remove_prefix(end + 1);
  }
  return {{"type", "string"}, {"enum", std::move(values)}};
}

json::object expand_plain(std::string_view type) {
  FOOTFALL_CHECK(!type.empty());
  if (type.find('|') != std::string_view::npos) return enumeration(type);
  const std::string_view inner = type.substr(1, type.size() > 1 ? type.size() - 2 : 0);
  if (type.front() == '[') return {{"type", "array"}, {"items", expand_type(inner)}};
  if (type.front() == '{') return {{"type", "object"}, {"additionalProperties", expand_type(inner)}};
  if (type.front() >= 'A' && type.front() <= 'Z') return {{"$ref", "#/components/schemas/" + std::string(type)}};
  if (type == "any") return {};
  if (const std::string_view format = format_of(type); !format.empty()) return {{"type", "string"}, {"format", format}};
  FOOTFALL_CHECK(type == "string" || type == "integer" || type == "number" || type == "boolean" || type == "object");
  return {{"type", type}};
}

json::object or_null(json::object schema) {
  if (schema.contains("enum")) schema["enum"].as_array().emplace_back(nullptr);
  if (schema.contains("type")) {
    schema["type"] = json::array{schema["type"], "null"};
    return schema;
  }
  return {{"anyOf", json::array{std::move(schema), json::object{{"type", "null"}}}}};
}

}  // namespace

json::value expand_type(std::string_view type) {
  constexpr std::string_view kMark = " # ";
  const std::size_t mark = type.find(kMark);
  const std::string_view name = type.substr(0, mark);
  json::object schema =
      name.ends_with('?') ? or_null(expand_plain(name.substr(0, name.size() - 1))) : expand_plain(name);
  if (mark != std::string_view::npos) schema["description"] = type.substr(mark + kMark.size());
  return schema;
}

json::value expand_schema(const json::value& notation) {
  if (notation.is_string()) return expand_type(notation.as_string());
  const json::object& object = notation.as_object();
  if (const json::value* plain = object.if_contains("=")) return *plain;
  json::object properties;
  json::array required;
  for (const auto& field : object) {
    std::string_view name = field.key();
    const bool may_be_missing = name.ends_with('?');
    if (may_be_missing) name.remove_suffix(1);
    if (!may_be_missing) required.emplace_back(name);
    properties[name] = expand_schema(field.value());
  }
  json::object schema{{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

}  // namespace footfall::core
