// The raw text of a number is found by walking the top level of a document that simdjson has already accepted: the walk
// may trust that quotes and brackets match, and the n-th value it meets is the n-th member of the DOM's object.
#include "core/api/json_input.h"

#include <simdjson.h>
#include <algorithm>
#include <charconv>

#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_number_character(char c) { return is_digit(c) || c == '+' || c == '-' || c == '.' || c == 'e' || c == 'E'; }

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  return at;
}

std::size_t end_of_string(std::string_view text, std::size_t at) {  // at: the opening quote
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      return at + 1;
    }
  }
  return at;
}

std::size_t end_of_value(std::string_view text, std::size_t at) {
  int depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = end_of_string(text, at);
      if (depth == 0) return at;
      continue;
    }
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') {
      if (depth == 0) return at;
      if (--depth == 0) return at + 1;
    }
    if (depth == 0 && (c == ',' || is_blank(c))) return at;
    ++at;
  }
  return at;
}

// The values of the top-level members, in order.
std::vector<std::string_view> raw_values(std::string_view text) {
  std::vector<std::string_view> values;
  std::size_t at = skip_blanks(text, 0) + 1;  // past '{'
  while (true) {
    at = skip_blanks(text, at);
    if (at >= text.size() || text[at] != '"') return values;
    at = skip_blanks(text, end_of_string(text, at)) + 1;  // past ':'
    at = skip_blanks(text, at);
    const std::size_t end = end_of_value(text, at);
    values.push_back(text.substr(at, end - at));
    at = skip_blanks(text, end) + 1;  // past ',' or '}'
  }
}

// simdjson refuses integers of more than 64 bits, which JSON has. The same document, as long and with as many values,
// in which each of them has lost its last digits to blanks. None: there is no such integer.
std::optional<std::string> with_short_integers(std::string_view text) {
  constexpr std::size_t kDigitsKept = 18;
  std::optional<std::string> shorter;
  std::size_t at = 0;
  while (at < text.size()) {
    if (text[at] == '"') {
      at = end_of_string(text, at);
    } else if (is_number_character(text[at])) {
      const std::size_t begin = at;
      while (at < text.size() && is_number_character(text[at])) ++at;
      const std::size_t digits = begin + (text[begin] == '-' ? 1 : 0);
      const bool is_integer = std::all_of(text.begin() + static_cast<std::ptrdiff_t>(digits),
                                          text.begin() + static_cast<std::ptrdiff_t>(at), is_digit);
      if (!is_integer || at - digits <= kDigitsKept) continue;
      if (!shorter) shorter.emplace(text);
      shorter->replace(digits + kDigitsKept, at - digits - kDigitsKept, at - digits - kDigitsKept, ' ');
    } else {
      ++at;
    }
  }
  return shorter;
}

JsonKind kind_of(const simdjson::dom::element& element) {
  using simdjson::dom::element_type;
  switch (element.type()) {
    case element_type::ARRAY:
      return JsonKind::array;
    case element_type::OBJECT:
      return JsonKind::object;
    case element_type::STRING:
      return JsonKind::string;
    case element_type::BOOL:
      return JsonKind::boolean;
    case element_type::NULL_VALUE:
      return JsonKind::null;
    default:
      return JsonKind::number;
  }
}

}  // namespace

std::string_view json_kind_name(JsonKind kind) {
  switch (kind) {
    case JsonKind::null:
      return "null";
    case JsonKind::boolean:
      return "boolean";
    case JsonKind::number:
      return "number";
    case JsonKind::string:
      return "string";
    case JsonKind::array:
      return "array";
    case JsonKind::object:
      return "object";
  }
  return "";
}

std::optional<std::int64_t> JsonMember::integer() const {
  if (kind != JsonKind::number) return std::nullopt;
  std::int64_t whole = 0;
  const char* const end = text.data() + text.size();
  auto [rest, error] = std::from_chars(text.data(), end, whole);
  if (error == std::errc() && rest == end) return whole;
  double value = 0;
  auto [double_rest, double_error] = std::from_chars(text.data(), end, value);
  constexpr double kExactMax = 9007199254740992.0;  // beyond, a double no longer tells neighbours apart
  if (double_error != std::errc() || double_rest != end || value > kExactMax || value < -kExactMax) return std::nullopt;
  whole = static_cast<std::int64_t>(value);
  if (static_cast<double>(whole) != value) return std::nullopt;
  return whole;
}

std::optional<JsonObject> JsonObject::parse(std::string_view document, std::string& problem) {
  const std::string_view body = without_byte_order_mark(document);
  thread_local simdjson::dom::parser parser;
  if (parser.allocate(std::max<std::size_t>(body.size(), 64), kDepthMax) != simdjson::SUCCESS) {
    problem = "Request body is too large";
    return std::nullopt;
  }
  simdjson::dom::element root;
  auto failed = parser.parse(body.data(), body.size(), true).get(root);
  if (failed == simdjson::NUMBER_ERROR) {
    if (const auto shorter = with_short_integers(body)) failed = parser.parse(*shorter).get(root);
  }
  if (failed != simdjson::SUCCESS) {
    problem = "Request body is not valid JSON";
    return std::nullopt;
  }
  simdjson::dom::object object;
  if (root.get(object) != simdjson::SUCCESS) {
    problem = "Expected object, received " + std::string(json_kind_name(kind_of(root)));
    return std::nullopt;
  }
  const std::vector<std::string_view> raw = raw_values(body);
  JsonObject result;
  std::size_t index = 0;
  for (const auto& [name, value] : object) {
    if (index >= kMembersMax || index >= raw.size()) {
      problem = "Request body has too many members";
      return std::nullopt;
    }
    JsonMember member{std::string(name), kind_of(value), {}};
    if (member.kind == JsonKind::string) {
      member.text = std::string_view(value.get_string().value_unsafe());
    } else {
      member.text = raw[index];
    }
    result.members_.push_back(std::move(member));
    ++index;
  }
  return result;
}

const JsonMember* JsonObject::find(std::string_view name) const {
  for (auto member = members_.rbegin(); member != members_.rend(); ++member) {
    if (member->name == name) return member->kind == JsonKind::null ? nullptr : &*member;
  }
  return nullptr;
}

std::size_t character_count(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool looks_like_email(std::string_view text) {
  if (text.size() > 254) return false;
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos || at == 0 || at > 64 || text.find('@', at + 1) != std::string_view::npos)
    return false;
  const std::string_view domain = text.substr(at + 1);
  const std::size_t dot = domain.find('.');
  if (dot == std::string_view::npos || dot == 0 || domain.back() == '.' ||
      domain.find("..") != std::string_view::npos) {
    return false;
  }
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return u <= 0x20 || u == 0x7F || c == ',' || c == '<' || c == '>' || c == '"' || c == '(' || c == ')';
  });
}

}  // namespace footfall::core
