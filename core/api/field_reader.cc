// Every typed reader is the same three steps: find the field under its names, check the kind of its value, check the
// value. A problem is worded twice, and the style chooses: terse, or a sentence that begins with the field's name.
#include "core/api/field_reader.h"

#include <algorithm>
#include <charconv>

#include "core/domain/identifiers.h"
#include "core/domain/money.h"
#include "core/domain/target_url.h"
#include "proto/base/bytes.h"
#include "proto/base/clock.h"
#include "proto/wire/placeholder.h"

namespace footfall::core {
namespace {

std::optional<std::int64_t> whole_number(const RequestInput::Value& value) {
  if (value.is_typed) return JsonMember{{}, value.kind, value.text, true}.integer();
  const std::string_view text = trim(value.text);
  std::int64_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_integer = rest == text.data() + text.size() && rest != text.data();
  // Digits beyond int64 are an integer out of range, which a rule may clamp.
  if (is_integer && error == std::errc::result_out_of_range) {
    return text.front() == '-' ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
  }
  if (!is_integer || error != std::errc()) return std::nullopt;
  return number;
}

std::string joined(std::span<const std::string_view> words, std::string_view separator, std::string_view quote) {
  std::string text;
  for (const std::string_view word : words) {
    if (!text.empty()) text += separator;
    text.append(quote).append(word).append(quote);
  }
  return text;
}

}  // namespace

FieldReader::FieldReader(RequestInput& input, FieldStyle style, NullMeaning nulls)
    : input_(input), style_(style), nulls_(nulls) {
  if (const auto& problem = input.body_problem()) problems_.push_back(*problem);
}

void FieldReader::add_problem(std::string_view field, std::string message) {
  problems_.push_back({std::string(field), std::move(message)});
}

void FieldReader::add(std::string_view field, std::string terse, std::string_view sentence) {
  std::string message = std::move(terse);
  if (style_ == FieldStyle::sentence) message = std::string(field) + " " + std::string(sentence);
  add_problem(field, std::move(message));
}

void FieldReader::add_wrong_kind(const Found& found, std::string_view expected) {
  const std::string_view article = expected.starts_with('i') || expected.starts_with('a') ? "an " : "a ";
  add(found.name, "Expected " + std::string(expected) + ", received " + std::string(json_kind_name(found.value->kind)),
      "must be " + std::string(article) + std::string(expected));
}

// Twice in a query with different values, or as "name[…]": whichever was taken, somebody would have meant the other.
bool FieldReader::is_ambiguous(std::string_view name) {
  if (input_.format() != BodyFormat::none) return false;
  const std::string* first = nullptr;
  for (const RequestInput::Value& value : input_.values()) {
    if (value.name.starts_with(name) && value.name.size() > name.size() && value.name[name.size()] == '[') return true;
    if (value.name != name) continue;
    if (first != nullptr && *first != value.text) return true;
    first = &value.text;
  }
  return false;
}

FieldReader::Found FieldReader::find(FieldNames names, bool required, bool is_free) {
  bool is_blank = false;
  for (const std::string_view name : names.all()) {
    if (is_ambiguous(name)) {
      add(name, "May be given once only", "may be given once only");
      return {};
    }
    if (cleared(name)) {
      add(name, "Must not be null", "must not be null");
      return {};
    }
    for (const RequestInput::Value& value : input_.values()) {
      if (value.name != name) continue;
      if (value.kind == JsonKind::string && tidy_identifier(value.text).empty()) {
        is_blank = true;
      } else if (value.kind == JsonKind::string && !is_free && wire::is_placeholder(value.text)) {
        input_.add_placeholder(name);
      } else {
        return {&value, name};
      }
    }
  }
  // A body that could not be read is problem enough.
  if (required && !input_.body_problem()) {
    add(names.all().front(), is_blank ? "String must contain at least 1 character(s)" : "Required", "is required");
  }
  return {};
}

std::optional<std::string> FieldReader::check_text(const Found& found, const RequestInput::Value& value,
                                                   const TextRule& rule) {
  const bool accepted = value.kind == JsonKind::string || (value.kind == JsonKind::number && rule.accepts_numbers);
  if (!accepted) {
    add_wrong_kind({&value, found.name}, "string");
  } else if (value.text.find('\0') != std::string::npos) {
    add(found.name, "String must not contain a null character", "contains characters that are not text");
  } else if (!value.is_text) {
    add(found.name, "String must be valid text", "contains characters that are not text");
  } else if (character_count(value.text) > rule.characters_max) {
    const std::string max = std::to_string(rule.characters_max);
    add(found.name, "String must contain at most " + max + " character(s)", "must be at most " + max + " characters");
  } else {
    return rule.is_free ? value.text : tidy_identifier(value.text);
  }
  return std::nullopt;
}

std::optional<std::string> FieldReader::text(FieldNames names, TextRule rule) {
  const Found found = find(names, rule.required, rule.is_free);
  if (found.value == nullptr) return std::nullopt;
  return check_text(found, *found.value, rule);
}

std::optional<std::int64_t> FieldReader::integer(FieldNames names, IntegerRule rule) {
  const Found found = find(names, rule.required);
  if (found.value == nullptr) return std::nullopt;
  if (found.value->is_typed && found.value->kind != JsonKind::number) {
    add_wrong_kind(found, "number");
    return std::nullopt;
  }
  std::optional<std::int64_t> number = whole_number(*found.value);
  if (!number) {
    add(found.name, found.value->is_typed ? "Expected integer, received float" : "Expected number, received string",
        "must be a number");
    return std::nullopt;
  }
  if (rule.clamps) return std::clamp(*number, rule.min, rule.max);
  if (*number < rule.min) {
    const std::string min = std::to_string(rule.min);
    add(found.name, "Number must be greater than or equal to " + min, "must be at least " + min);
    return std::nullopt;
  }
  if (*number > rule.max) {
    const std::string max = std::to_string(rule.max);
    add(found.name, "Number must be less than or equal to " + max, "must be at most " + max);
    return std::nullopt;
  }
  return number;
}

std::optional<std::string> FieldReader::decimal(FieldNames names, DecimalRule rule) {
  const Found found = find(names, rule.required);
  if (found.value == nullptr) return std::nullopt;
  const bool is_number = found.value->kind == JsonKind::number;
  const bool is_readable_text = found.value->kind == JsonKind::string && (rule.accepts_text || !found.value->is_typed);
  if (!is_number && !is_readable_text) {
    add_wrong_kind(found, "number");
    return std::nullopt;
  }
  return check_text(found, *found.value, {.accepts_numbers = true});
}

std::optional<bool> FieldReader::boolean(FieldNames names, bool required) {
  const Found found = find(names, required);
  if (found.value == nullptr) return std::nullopt;
  const std::string_view text = trim(found.value->text);
  if (found.value->kind == JsonKind::boolean) return text == "true";
  if (!found.value->is_typed && (text == "true" || text == "1")) return true;
  if (!found.value->is_typed && (text == "false" || text == "0")) return false;
  add_wrong_kind(found, "boolean");
  return std::nullopt;
}

std::optional<std::string> FieldReader::choice(FieldNames names, std::span<const std::string_view> allowed,
                                               bool required) {
  const Found found = find(names, required);
  if (found.value == nullptr) return std::nullopt;
  const auto text = check_text(found, *found.value, {});
  if (!text) return std::nullopt;
  const auto chosen =
      std::ranges::find_if(allowed, [&text](std::string_view candidate) { return is_same_name(candidate, *text); });
  if (chosen != allowed.end()) return std::string(*chosen);
  add(found.name, "Invalid enum value. Expected " + joined(allowed, " | ", "'") + ", received '" + *text + "'",
      "must be one of " + joined(allowed, ", ", ""));
  return std::nullopt;
}

std::optional<std::int64_t> FieldReader::time(FieldNames names, bool required) {
  const Found found = find(names, required);
  if (found.value == nullptr) return std::nullopt;
  const auto text = check_text(found, *found.value, {});
  if (!text) return std::nullopt;
  auto time = parse_iso8601(found.value->is_typed ? *text : with_plus_restored(*text));
  if (time) return *time;
  add(found.name, "Invalid datetime", "must be an ISO 8601 date and time");
  return std::nullopt;
}

std::optional<std::string> FieldReader::email(FieldNames names, bool required) {
  const Found found = find(names, required);
  if (found.value == nullptr) return std::nullopt;
  auto text = check_text(found, *found.value, {});
  if (!text || is_email(*text)) return text;
  add(found.name, "Invalid email", "must be an e-mail address");
  return std::nullopt;
}

std::optional<std::string> FieldReader::url(FieldNames names, bool required) {
  const Found found = find(names, required);
  if (found.value == nullptr) return std::nullopt;
  const auto text = check_text(found, *found.value, {.characters_max = kTargetBytesMax});
  if (!text) return std::nullopt;
  auto url = parse_target_url(*text);
  if (url) return url->text;
  add(found.name, "Invalid url: " + url.error().message, "must be a URL: " + url.error().message);
  return std::nullopt;
}

std::optional<std::string> FieldReader::currency(FieldNames names, bool required) {
  const Found found = find(names, required);
  if (found.value == nullptr) return std::nullopt;
  const auto text = check_text(found, *found.value, {});
  if (!text) return std::nullopt;
  auto known = parse_currency(*text);
  if (known) return *known;
  add(found.name, "Invalid ISO 4217 currency code", "must be an ISO 4217 currency code");
  return std::nullopt;
}

std::optional<std::string> FieldReader::object(FieldNames names, std::size_t bytes_max) {
  const Found found = find(names, false);
  if (found.value == nullptr) return std::nullopt;
  if (found.value->kind != JsonKind::object) {
    add_wrong_kind(found, "object");
    return std::nullopt;
  }
  if (found.value->text.size() <= bytes_max) return found.value->text;
  const std::string max = std::to_string(bytes_max);
  add(found.name, "Object must contain at most " + max + " bytes", "must be at most " + max + " bytes");
  return std::nullopt;
}

std::optional<std::vector<std::string>> FieldReader::texts(FieldNames names, TextRule each) {
  const Found found = find(names, each.required);
  if (found.value == nullptr) return std::nullopt;
  std::vector<RequestInput::Value> elements;
  if (!found.value->is_typed) {
    elements.push_back(*found.value);
  } else if (const auto array = parse_json_array(found.value->text); array && found.value->kind == JsonKind::array) {
    for (const JsonMember& element : *array)
      elements.push_back({{}, element.text, element.kind, true, element.is_text});
  } else {
    add_wrong_kind(found, "array");
    return std::nullopt;
  }
  std::vector<std::string> texts;
  for (const RequestInput::Value& element : elements) {
    auto text = check_text(found, element, each);
    if (!text) return std::nullopt;
    texts.push_back(std::move(*text));
  }
  return texts;
}

std::string with_plus_restored(std::string_view time) {
  std::string text(time);
  const std::size_t blank = text.rfind(' ');
  // A date and its time may be parted by a blank, too; the zone's comes after a colon.
  if (blank != std::string::npos && text.find(':') < blank) text[blank] = '+';
  return text;
}

std::size_t character_count(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool is_email(std::string_view text) {
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
