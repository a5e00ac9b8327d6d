// What was sent is taken apart at the first question about it. A media type decides how the body is read, and before
// that media_type_problem() decides whether it is read at all.
#include "core/api/request_input.h"

#include <algorithm>

#include "proto/base/bytes.h"
#include "proto/wire/query.h"

namespace footfall::core {
namespace {

constexpr std::size_t kLoggedMax = 4096;
constexpr std::size_t kPairsMax = 4'096;  // of a query or a form: as many as the longest request line has room for
constexpr std::string_view kFormType = "application/x-www-form-urlencoded";

// Types that senders use for JSON.
bool is_json_type(std::string_view type) {
  return type == "application/json" || type == "text/json" || type == "application/x-json" ||
         (type.starts_with("application/") && type.ends_with("+json"));
}

bool opens_like_json(std::string_view body) {
  const std::string_view text = trim(without_byte_order_mark(body));
  return text.starts_with('{') || text.starts_with('[');
}

bool is_ascii(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

// UTF-8, or a charset in which this body has the same bytes as in UTF-8.
bool is_readable_charset(std::string_view charset, std::string_view body) {
  if (charset.empty() || charset == "utf-8" || charset == "utf8" || charset == "us-ascii" || charset == "ascii") {
    return true;
  }
  const bool extends_ascii = charset.starts_with("iso-8859-") || charset.starts_with("windows-125") ||
                             charset.starts_with("cp125") || charset == "latin1";
  return extends_ascii && is_ascii(body);
}

}  // namespace

std::string_view body_format_name(BodyFormat format) {
  constexpr std::string_view kNames[] = {"none", "json", "json_or_form"};
  return kNames[static_cast<std::size_t>(format)];
}

std::string_view RequestInput::media_type_problem() const {
  const std::string_view type = request_.content_type;
  if (format_ == BodyFormat::none || type.empty()) return {};
  if (format_ == BodyFormat::json && !is_json_type(type)) return "Content-Type must be application/json";
  if (format_ == BodyFormat::json_or_form && !request_.body.empty() && !is_json_type(type) && type != kFormType &&
      type != "text/plain" && !opens_like_json(request_.body)) {
    return "Content-Type must be application/json or application/x-www-form-urlencoded";
  }
  if (!is_readable_charset(request_.charset, request_.body)) return "charset must be utf-8";
  return {};
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
    // A body that opens like JSON is read as JSON whatever its label says: many senders forget the label.
    if (is_json_type(request_.content_type) || opens_like_json(request_.body)) {
      add_json(request_.body);
    } else {
      add_form(request_.body);
    }
  }
  add_form(request_.query);
}

void RequestInput::add_form(std::string_view text) {
  for (auto& [name, value] : wire::decode_query(text, kPairsMax)) {
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
    const JsonMember* const last = object->find(member.name);
    if (last == nullptr) {
      nulls_.push_back(member.name);
    } else if (last == &member) {  // not repeated later
      values_.push_back({member.name, member.text, member.kind, true, member.is_text});
    }
  }
}

bool RequestInput::has(std::string_view name) {
  return std::ranges::any_of(values(), [name](const Value& value) { return value.name == name; });
}

bool RequestInput::is_null(std::string_view name) {
  parse();
  return std::ranges::find(nulls_, name) != nulls_.end();
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
