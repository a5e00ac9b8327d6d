#include "core/api/request_input.h"

#include <algorithm>

#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

constexpr std::size_t kLoggedMax = 4096;
constexpr std::string_view kJsonType = "application/json";

}  // namespace

std::string_view body_format_name(BodyFormat format) {
  constexpr std::string_view kNames[] = {"none", "json", "json_or_form"};
  return kNames[static_cast<std::size_t>(format)];
}

bool RequestInput::has_expected_media_type() const {
  return format_ != BodyFormat::json || request_.content_type.empty() || request_.content_type == kJsonType;
}

const std::vector<RequestInput::Value>& RequestInput::values() {
  parse();
  return values_;
}

const std::optional<FieldProblem>& RequestInput::body_problem() {
  parse();
  return body_problem_;
}

void RequestInput::parse() {
  if (is_parsed_) return;
  is_parsed_ = true;
  if (format_ == BodyFormat::json) {
    add_json(request_.body);
    return;
  }
  if (format_ == BodyFormat::json_or_form && request_.method != http::Method::get) {
    const std::string_view body = trim(without_byte_order_mark(request_.body));
    // A body that opens like JSON is read as JSON whatever its label says: many senders forget the label.
    const bool opens_like_json = body.starts_with('{') || body.starts_with('[');
    if (request_.content_type == kJsonType || opens_like_json) {
      add_json(request_.body);
    } else {
      add_form(request_.body);
    }
  }
  add_form(request_.query);
}

void RequestInput::add_form(std::string_view text) {
  for (auto& [name, value] : decode_form(text)) {
    const bool is_text = is_valid_utf8(value);
    values_.push_back({std::move(name), std::move(value), JsonKind::string, false, is_text});
  }
}

void RequestInput::add_json(std::string_view text) {
  std::string problem;
  const std::optional<JsonObject> object = JsonObject::parse(text, problem);
  if (!object) {
    body_problem_ = FieldProblem{"body", problem};
    return;
  }
  for (const JsonMember& member : object->members()) {
    if (object->find(member.name) != &member) continue;  // null, or repeated later
    values_.push_back({member.name, member.text, member.kind, true, member.is_text});
  }
}

bool RequestInput::has(std::string_view name) {
  return std::ranges::any_of(values(), [name](const Value& value) { return value.name == name; });
}

void RequestInput::add_placeholder(std::string_view name) {
  if (std::ranges::find(placeholders_, name) == placeholders_.end()) placeholders_.emplace_back(name);
}

std::string RequestInput::loggable() {
  std::string text;
  for (const Value& value : values()) {
    if (!text.empty()) text += '&';
    const bool is_credential = equal_ignoring_case(value.name, "secure");
    text += valid_utf8(value.name) + "=" + (is_credential ? "***" : valid_utf8(value.text));
    if (text.size() > kLoggedMax) break;
  }
  return std::string(truncate_utf8(text, kLoggedMax));
}

}  // namespace footfall::core
