// Writes a JSON object, member by member, in the order in which they are added. Amounts in major units are written
// digit by digit, which a library that knows only floating point cannot do exactly.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace footfall {

class JsonText {
 public:
  JsonText& text(std::string_view name, std::string_view value);
  JsonText& text_or_null(std::string_view name, const std::optional<std::string>& value);
  JsonText& text_unless_empty(std::string_view name, std::string_view value);  // empty: null
  JsonText& integer(std::string_view name, std::int64_t value) { return raw(name, std::to_string(value)); }
  JsonText& flag(std::string_view name, bool value) { return raw(name, value ? "true" : "false"); }
  // `value` is JSON already: a number's digits, or another object.
  JsonText& raw(std::string_view name, std::string_view value);
  bool is_empty() const { return members_.empty(); }
  std::string object() const { return "{" + members_ + "}"; }
  const std::string& members() const { return members_; }  // without the braces, to go on in another object

 private:
  std::string members_;
};

}  // namespace footfall
