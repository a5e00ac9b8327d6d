#include "proto/wire/placeholder.h"

#include <algorithm>
#include <array>
#include <string>

#include "proto/base/bytes.h"

namespace footfall::wire {
namespace {

constexpr std::size_t kNameBytesMax = 64;
constexpr std::size_t kValueBytesMax = 3 * (kNameBytesMax + 8);  // once more percent-encoded

struct Brackets {
  std::string_view open;
  std::string_view close;
};
// Longer ones first: "{{x}}" must not be read as "{" + "{x}" + "}".
constexpr std::array kBrackets = {
    Brackets{"{{{", "}}}"}, Brackets{"{{", "}}"}, Brackets{"[[", "]]"}, Brackets{"%%", "%%"},
    Brackets{"${", "}"},    Brackets{"#{", "}"},  Brackets{"{", "}"},   Brackets{"[", "]"},
    Brackets{"%", "%"},     Brackets{"<", ">"},   Brackets{"$", "$"},   Brackets{"#", "#"},
};

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(char c) { return is_upper(c) || (c >= 'a' && c <= 'z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_name(std::string_view text) {
  const auto goes_on = [](char c) {
    return is_letter(c) || is_digit(c) || std::string_view(" _.:|-").find(c) != std::string_view::npos;
  };
  return !text.empty() && text.size() <= kNameBytesMax && (is_letter(text[0]) || text[0] == '_') &&
         std::ranges::all_of(text, goes_on);
}

// "6f9619ff-8b86-d011-b42d-00c04fc964ff": some shops put their order numbers into braces.
bool is_guid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const char lower = static_cast<char>(text[i] | 0x20);
    if (dash ? text[i] != '-' : !(is_digit(text[i]) || (lower >= 'a' && lower <= 'f'))) return false;
  }
  return true;
}

bool is_bracketed(std::string_view text) {
  for (const Brackets& brackets : kBrackets) {
    if (text.size() < brackets.open.size() + brackets.close.size() || !text.starts_with(brackets.open) ||
        !text.ends_with(brackets.close)) {
      continue;
    }
    text.remove_prefix(brackets.open.size());
    text.remove_suffix(brackets.close.size());
    const std::string_view name = trim(text);
    return is_name(name) && !is_guid(name);
  }
  return false;
}

bool is_underscored(std::string_view text) {
  if (text.size() < 5 || !text.starts_with("__") || !text.ends_with("__")) return false;
  const auto fits = [](char c) { return is_upper(c) || is_digit(c) || c == '_'; };
  return is_upper(text[2]) && text.size() <= kNameBytesMax && std::ranges::all_of(text, fits);
}

bool is_plain_placeholder(std::string_view text) {
  return is_bracketed(text) || is_underscored(text) || equal_ignoring_case(text, "null") ||
         equal_ignoring_case(text, "undefined");
}

}  // namespace

bool is_placeholder(std::string_view value) {
  const std::string_view text = trim(value);
  if (text.empty() || text.size() > kValueBytesMax) return false;
  if (is_plain_placeholder(text)) return true;
  if (text.find('%') == std::string_view::npos) return false;
  const std::string decoded = percent_decode(text, false);
  return decoded != text && is_plain_placeholder(trim(decoded));
}

}  // namespace footfall::wire
