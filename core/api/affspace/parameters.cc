#include "core/api/affspace/parameters.h"

#include <algorithm>

#include "core/api/json_input.h"
#include "proto/base/bytes.h"

namespace footfall::core::affspace {
namespace {

constexpr std::size_t kLoggedMax = 4096;

// A body that is an object is read as one whatever its label says: many senders forget the label.
bool looks_like_json(const Call& call) {
  if (call.content_type == "application/json") return true;
  const std::string_view body = trim(without_byte_order_mark(call.body));
  return !body.empty() && (body.front() == '{' || body.front() == '[');
}

}  // namespace

Parameters::Parameters(const Call& call) {
  if (!call.body.empty()) {
    if (looks_like_json(call)) {
      take_json(call.body);
    } else {
      take_form(call.body);
    }
  } else if (call.content_type == "application/json" && call.method == http::Method::post) {
    problems_.push_back({"body", "Request body must be a JSON object"});
  }
  take_form(call.query);
}

Parameters Parameters::of_query(const Call& call) {
  Parameters parameters;
  parameters.take_form(call.query);
  return parameters;
}

void Parameters::take_form(std::string_view text) {
  for (auto& [name, value] : decode_form(text)) values_.push_back({std::move(name), std::move(value), true});
}

void Parameters::take_json(std::string_view text) {
  std::string problem;
  const std::optional<JsonObject> object = JsonObject::parse(text, problem);
  if (!object) {
    problems_.push_back({"body", problem});
    return;
  }
  for (const JsonMember& member : object->members()) {
    if (object->find(member.name) != &member) continue;  // null, or repeated later
    const bool scalar = member.kind == JsonKind::string || member.kind == JsonKind::number;
    values_.push_back({member.name, member.text, scalar});
  }
}

std::optional<std::string> Parameters::text(std::span<const std::string_view> names, std::size_t characters_max) {
  for (const std::string_view name : names) {
    const auto found = std::find_if(values_.begin(), values_.end(), [&](const Value& value) {
      return value.name == name && !(value.scalar && trim(value.text).empty());
    });
    if (found == values_.end()) continue;
    const std::string field(name);
    if (!found->scalar) {
      problems_.push_back({field, field + " must be a string"});
    } else if (found->text.find('\0') != std::string::npos || !is_valid_utf8(found->text)) {
      problems_.push_back({field, field + " contains characters that are not text"});
    } else if (character_count(found->text) > characters_max) {
      problems_.push_back({field, field + " must be at most " + std::to_string(characters_max) + " characters"});
    } else {
      return std::string(trim(found->text));
    }
    return std::nullopt;
  }
  return std::nullopt;
}

bool Parameters::has(std::string_view name) const {
  return std::ranges::any_of(values_, [name](const Value& value) { return value.name == name; });
}

std::string Parameters::loggable() const {
  std::string text;
  for (const Value& value : values_) {
    if (!text.empty()) text += '&';
    const bool credential = equal_ignoring_case(value.name, "secure");
    text += valid_utf8(value.name) + "=" + (credential ? "***" : valid_utf8(value.text));
    if (text.size() > kLoggedMax) break;
  }
  return std::string(truncate_utf8(text, kLoggedMax));
}

}  // namespace footfall::core::affspace
