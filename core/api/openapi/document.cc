// Each row of the table becomes an operation: what the row says is worded here, what the description says is put beside
// it. The document is built once as a tree, and kept as text.
#include "core/api/openapi/document.h"

#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "core/api/openapi/descriptions.h"
#include "core/api/openapi/response_headers.h"
#include "core/api/openapi/schema_notation.h"
#include "proto/base/result.h"
#include "proto/http/message.h"

namespace footfall::core {
namespace {

namespace json = boost::json;

json::object ref(std::string_view kind, std::string_view name) {
  return {{"$ref", "#/components/" + std::string(kind) + "/" + std::string(name)}};
}

const json::object& member(const json::object& object, std::string_view name) {
  static const json::object nothing;
  const json::value* const found = object.if_contains(name);
  return found == nullptr ? nothing : found->as_object();
}

constexpr std::string_view kIfNoneMatch = "If-None-Match";
constexpr std::string_view kIfNoneMatchNotation =
    "string # The ETag of what the caller has: 304 where it is still the same";

json::object parameter(std::string_view name, std::string_view in, json::object schema) {
  json::object made{{"name", name}, {"in", in}};
  if (const json::value* text = schema.if_contains("description")) {
    made["description"] = *text;
    schema.erase("description");
  }
  made["schema"] = std::move(schema);
  return made;
}

std::string_view meaning_of(int status) {
  constexpr std::pair<int, std::string_view> kMeanings[] = {
      {200, "Done"},
      {201, "Made"},
      {202, "Taken"},
      {204, "Done; there is nothing to say"},
      {303, "Look there"},
      {304, "Not changed"},
      {400, "The request cannot be read or does not fit"},
      {401, "No valid credential"},
      {402, "The deposit does not cover it"},
      {403, "Not allowed"},
      {404, "Not found"},
      {405, "The path has no such method"},
      {409, "It conflicts with what is there"},
      {410, "It is over"},
      {413, "The body is too large"},
      {415, "The body is of another media type"},
      {422, "The fields do not fit"},
      {429, "Too many requests; Retry-After says when to come again"},
      {500, "A fault of ours"},
      {502, "Another service refused or answered wrongly"},
      {503, "Away for the moment; Retry-After says when to come again"},
      {504, "No answer in time"},
  };
  for (const auto& [known, meaning] : kMeanings) {
    if (known == status) return meaning;
  }
  return "Answered";
}

std::string key_of(const Route& route) {
  return std::string(http::method_name(route.method)) + " " + std::string(route.pattern.text);
}

// "List conversions" → "listConversions"
std::string operation_id(std::string_view summary) {
  std::string id;
  bool starts_word = false;
  for (const char c : summary) {
    const bool is_upper = c >= 'A' && c <= 'Z';
    const bool is_lower = c >= 'a' && c <= 'z';
    if (is_upper || is_lower) {
      const char lower = is_upper ? static_cast<char>(c - 'A' + 'a') : c;
      id += starts_word && !id.empty() ? static_cast<char>(lower - 'a' + 'A') : lower;
    }
    starts_word = !is_upper && !is_lower;
  }
  return id;
}

json::array path_parameters(std::string_view path) {
  json::array parameters;
  for (std::size_t at = path.find('{'); at != std::string_view::npos; at = path.find('{', at + 1)) {
    const std::string_view name = path.substr(at + 1, path.find('}', at) - at - 1);
    const ParameterType& type = kParameterTypes[find_parameter_type(name)];
    json::object schema{{"type", "string"}};
    if (!type.prefix.empty()) schema["pattern"] = "^" + std::string(type.prefix);
    parameters.push_back({{"name", name}, {"in", "path"}, {"required", true}, {"schema", std::move(schema)}});
  }
  return parameters;
}

struct Operation {
  std::string path;
  std::string method;  // lower case
  Access access = Access::none;
  BodyFormat body = BodyFormat::none;
  std::string tag;
  const json::object* said = nullptr;  // by the description
  bool is_plain = false;               // a file or /health of the edge, without an X-Request-Id
};

class Builder {
 public:
  explicit Builder(wire::Dialect dialect) : said_(json::parse(api_description(dialect)).as_object()) {}

  json::object build(std::span<const Route> routes);
  std::vector<std::string> unmatched(std::span<const Route> routes) const;

 private:
  const json::object* find(std::string_view key, std::string& tag) const;
  std::set<std::string> keys(bool of_edge) const;
  void add(const Operation& operation);
  json::object responses(const Operation& operation);
  json::array security(const Operation& operation) const;
  json::array parameters(const Operation& operation) const;
  json::object webhooks() const;
  json::object components() const;

  const json::object said_;
  json::object paths_;
  std::set<std::int64_t> errors_;  // statuses that some operation answers as an error of every route
};

const json::object* Builder::find(std::string_view key, std::string& tag) const {
  for (const auto& group : member(said_, "operations")) {
    if (const json::value* found = group.value().as_object().if_contains(key)) {
      tag = std::string(group.key());
      return &found->as_object();
    }
  }
  return nullptr;
}

std::set<std::string> Builder::keys(bool of_edge) const {
  std::set<std::string> keys;
  for (const auto& group : member(said_, "operations")) {
    for (const auto& one : group.value().as_object()) {
      if (one.value().as_object().contains("edge") == of_edge) keys.emplace(one.key());
    }
  }
  return keys;
}

std::vector<std::string> Builder::unmatched(std::span<const Route> routes) const {
  std::set<std::string> described = keys(false);
  std::vector<std::string> unmatched;
  for (const Route& route : routes) {
    if (described.erase(key_of(route)) == 0) unmatched.push_back(key_of(route));
  }
  unmatched.insert(unmatched.end(), described.begin(), described.end());
  return unmatched;
}

// "Offer", "text/csv", or several media types with commas between them.
json::object content(std::string_view answer) {
  if (answer.find('/') != std::string_view::npos) {
    json::object types;
    while (true) {
      const std::size_t end = answer.find(',');
      types[answer.substr(0, end)] = {{"schema", {{"type", "string"}}}};
      if (end == std::string_view::npos) return types;
      answer.remove_prefix(end + 1);
    }
  }
  return {{"application/json", {{"schema", expand_type(answer)}}}};
}

json::object Builder::responses(const Operation& operation) {
  const json::object& errors = member(said_, "errors");
  std::set<std::int64_t> statuses;
  const auto take = [&statuses](const json::object& from, std::string_view name) {
    if (const json::value* list = from.if_contains(name)) {
      for (const json::value& status : list->as_array()) statuses.insert(status.as_int64());
    }
  };
  take(errors, "always");
  if (operation.access != Access::none) take(errors, "with_key");
  if (operation.body != BodyFormat::none) take(errors, "with_body");
  if (operation.path.find('{') != std::string::npos) take(errors, "with_path");
  take(*operation.said, "errors");
  json::object responses;
  for (const auto& answer : member(*operation.said, "answers")) {
    const std::string_view said = answer.value().as_string();
    json::object response{{"description", meaning_of(std::stoi(std::string(answer.key())))}};
    if (!operation.is_plain) response["headers"] = headers_of_answer();
    if (!said.empty()) response["content"] = content(said);
    responses[answer.key()] = std::move(response);
  }
  for (const std::int64_t status : statuses) {
    const std::string key = std::to_string(status);
    if (responses.contains(key)) continue;
    responses[key] = ref("responses", "Error" + key);
    errors_.insert(status);
  }
  return responses;
}

// Each scheme alone is enough.
json::array Builder::security(const Operation& operation) const {
  json::array any;
  for (const std::string_view name : access_names(operation.access)) {
    const json::value* const schemes = member(said_, "security").if_contains(name);
    if (schemes == nullptr) continue;
    for (const json::value& scheme : schemes->as_array()) {
      if (scheme.as_string().empty()) {
        any.push_back(json::object{});
      } else {
        any.push_back(json::object{{scheme.as_string(), json::array{}}});
      }
    }
  }
  return any;
}

json::array Builder::parameters(const Operation& operation) const {
  json::array parameters = path_parameters(operation.path);
  for (const char* kind : {"query", "headers"}) {
    const json::value* const names = operation.said->if_contains(kind);
    if (names == nullptr) continue;
    for (const json::value& name : names->as_array()) parameters.push_back(ref("parameters", name.as_string()));
  }
  if (member(*operation.said, "answers").contains("304")) parameters.push_back(ref("parameters", kIfNoneMatch));
  return parameters;
}

void Builder::add(const Operation& operation) {
  const json::object& said = *operation.said;
  const json::string& summary = said.at("summary").as_string();
  json::object made{{"tags", json::array{operation.tag}}, {"operationId", operation_id(summary)}, {"summary", summary}};
  if (const json::value* text = said.if_contains("text")) made["description"] = *text;
  if (json::array taken = parameters(operation); !taken.empty()) made["parameters"] = std::move(taken);
  if (const json::value* body = said.if_contains("body")) {
    const json::object media{{"schema", expand_type(body->as_string())}};
    json::object types{{"application/json", media}};
    if (operation.body == BodyFormat::json_or_form) types["application/x-www-form-urlencoded"] = media;
    made["requestBody"] = {{"required", operation.body == BodyFormat::json}, {"content", std::move(types)}};
  }
  made["responses"] = responses(operation);
  made["security"] = security(operation);
  json::value& path = paths_[operation.path];
  if (path.is_null()) path = json::object();
  const bool is_new = path.as_object().emplace(operation.method, std::move(made)).second;
  FOOTFALL_CHECK(is_new);
}

json::object Builder::components() const {
  json::object schemas, parameters, responses;
  for (const auto& schema : member(said_, "schemas")) schemas[schema.key()] = expand_schema(schema.value());
  for (const auto& query : member(said_, "parameters")) {
    const std::string_view key = query.key();
    parameters[key] = parameter(key.substr(key.rfind('.') + 1), "query", expand_schema(query.value()).as_object());
  }
  for (const auto& header : member(said_, "headers")) {
    std::string_view name = header.key();
    const bool may_be_missing = name.ends_with('?');
    if (may_be_missing) name.remove_suffix(1);
    json::object made = parameter(name, "header", expand_schema(header.value()).as_object());
    made["required"] = !may_be_missing;
    parameters[name] = std::move(made);
  }
  parameters[kIfNoneMatch] = parameter(kIfNoneMatch, "header", expand_type(kIfNoneMatchNotation).as_object());
  for (const std::int64_t status : errors_) {
    json::object response{{"description", meaning_of(static_cast<int>(status))},
                          {"headers", headers_of_error(status)},
                          {"content", {{"application/json", {{"schema", ref("schemas", "Error")}}}}}};
    responses["Error" + std::to_string(status)] = std::move(response);
  }
  return {{"schemas", std::move(schemas)},
          {"parameters", std::move(parameters)},
          {"responses", std::move(responses)},
          {"headers", header_components()},
          {"securitySchemes", said_.at("securitySchemes")}};
}

json::object Builder::webhooks() const {
  json::array headers;
  if (const json::value* names = said_.if_contains("webhookHeaders")) {
    for (const json::value& name : names->as_array()) headers.push_back(ref("parameters", name.as_string()));
  }
  json::object webhooks;
  for (const auto& event : member(said_, "webhooks")) {
    const json::object& said = event.value().as_object();
    const json::object media{{"schema", expand_type(said.at("body").as_string())}};
    webhooks[event.key()] = {{"post",
                              {{"operationId", operation_id("webhook " + std::string(event.key()))},
                               {"summary", said.at("summary")},
                               {"parameters", headers},
                               {"requestBody", {{"required", true}, {"content", {{"application/json", media}}}}},
                               {"responses", {{"2XX", {{"description", "Received. Anything else is tried again."}}}}},
                               {"security", json::array{}}}}};
  }
  return webhooks;
}

json::object Builder::build(std::span<const Route> routes) {
  for (const Route& route : routes) {
    Operation operation{std::string(route.pattern.text), "", route.access, route.body, "", nullptr};
    for (const char c : http::method_name(route.method)) operation.method += static_cast<char>(c - 'A' + 'a');
    operation.said = find(key_of(route), operation.tag);
    if (operation.said == nullptr) {
      check_failed((key_of(route) + " stands in no openapi.json").c_str(), __FILE__, __LINE__);
    }
    add(operation);
  }
  for (const std::string& key : keys(true)) {
    Operation operation;
    operation.said = find(key, operation.tag);
    const json::object& edge = operation.said->at("edge").as_object();
    const std::size_t space = key.find(' ');
    operation.path = key.substr(space + 1);
    for (const char c : key.substr(0, space)) operation.method += static_cast<char>(c - 'A' + 'a');
    if (edge.contains("public_key")) operation.access = Access::public_key;
    operation.is_plain = !edge.contains("public_key");
    if (edge.contains("json")) operation.body = BodyFormat::json;
    add(operation);
  }
  json::array tags;
  for (const auto& group : member(said_, "operations")) tags.push_back(json::object{{"name", group.key()}});
  json::object document{{"openapi", "3.1.0"},
                        {"info",
                         {{"title", said_.at("title")},
                          {"description", said_.at("text")},
                          {"version", "v1"},
                          {"license", {{"name", "MIT"}, {"identifier", "MIT"}}}}},
                        {"tags", std::move(tags)},
                        {"paths", std::move(paths_)}};
  if (json::object sent = webhooks(); !sent.empty()) document["webhooks"] = std::move(sent);
  document["components"] = components();
  return document;
}

}  // namespace

OpenApi::OpenApi(wire::Dialect dialect, std::span<const Route> routes) {
  text_ = json::serialize(Builder(dialect).build(routes));
}

std::string OpenApi::document(std::string_view server) const {
  if (server.empty()) return text_;
  const json::array servers{json::object{{"url", server}}};
  return "{\"servers\":" + json::serialize(servers) + "," + text_.substr(1);
}

std::vector<std::string> unmatched_descriptions(wire::Dialect dialect, std::span<const Route> routes) {
  return Builder(dialect).unmatched(routes);
}

}  // namespace footfall::core
