// One pass over the bytes. Strings are kept apart from the rest: escapes count in them, and digits do not. A number
// is replaced only if its text is a number by JSON's grammar, so that "01" or "1." stay and are refused.
#include "edge/handlers/json_repair.h"

#include <algorithm>
#include <string_view>

#include "proto/base/bytes.h"

namespace footfall::edge {
namespace {

constexpr std::size_t kSafeDigits = 15;  // any number of so few characters without exponent is representable

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t count_digits(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
}

// RFC 8259 6: -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?
bool is_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const std::size_t whole = count_digits(text);
  if (whole == 0 || (whole > 1 && text[0] == '0')) return false;
  text.remove_prefix(whole);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    const std::size_t fraction = count_digits(text);
    if (fraction == 0) return false;
    text.remove_prefix(fraction);
  }
  if (text.empty()) return true;
  if (text[0] != 'e' && text[0] != 'E') return false;
  text.remove_prefix(1);
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && count_digits(text) == text.size();
}

// The code unit of "\uXXXX" at the front of `text`; -1: there is none.
int escaped_unit(std::string_view text) {
  if (text.size() < 6 || text[0] != '\\' || text[1] != 'u') return -1;
  int unit = 0;
  for (std::size_t i = 2; i < 6; ++i) {
    const int digit = hex_digit(text[i]);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

class Repair {
 public:
  explicit Repair(std::span<char> json) : json_(json) {}

  bool run() {
    while (at_ < json_.size()) {
      const char c = json_[at_];
      if (c == '"') {
        string();
      } else if (c == '-' || is_digit(c)) {
        number();
      } else {
        ++at_;
      }
    }
    return replaced_;
  }

 private:
  std::string_view rest() const { return {json_.data() + at_, json_.size() - at_}; }

  void string() {
    for (++at_; at_ < json_.size() && json_[at_] != '"';) {
      if (json_[at_] == '\\') {
        escape();
      } else {
        ++at_;
      }
    }
    ++at_;  // the closing quote
  }

  void escape() {
    const int unit = escaped_unit(rest());
    if (unit < 0xD800 || unit > 0xDFFF) {
      at_ += 2;
      return;
    }
    const int low = unit < 0xDC00 ? escaped_unit(rest().substr(6)) : -1;
    if (low >= 0xDC00 && low <= 0xDFFF) {
      at_ += 12;
      return;
    }
    std::ranges::copy(std::string_view("\\uFFFD"), json_.begin() + static_cast<std::ptrdiff_t>(at_));
    at_ += 6;
    replaced_ = true;
  }

  void number() {
    const std::string_view text = rest().substr(0, rest().find_first_not_of("+-.0123456789eE"));
    const bool is_safe = text.size() <= kSafeDigits && text.find_first_of("eE") == std::string_view::npos;
    if (!is_safe && is_number(text)) {
      const auto begin = json_.begin() + static_cast<std::ptrdiff_t>(at_);
      std::fill(begin, begin + static_cast<std::ptrdiff_t>(text.size()), ' ');
      *begin = '0';
      replaced_ = true;
    }
    at_ += text.size();
  }

  std::span<char> json_;
  std::size_t at_ = 0;
  bool replaced_ = false;
};

}  // namespace

bool repair_json(std::span<char> json) { return Repair(json).run(); }

}  // namespace footfall::edge
