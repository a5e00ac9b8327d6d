#include "proto/http/prefetch.h"

#include <algorithm>

#include "proto/base/bytes.h"

namespace footfall::http {

bool says_prefetch(const Field& field) {
  static constexpr std::string_view kNames[] = {"sec-purpose", "purpose", "x-purpose", "x-moz"};
  static constexpr std::string_view kWords[] = {"prefetch", "preview", "instant"};
  const auto is_name = [&field](std::string_view name) { return equal_ignoring_case(field.name, name); };
  const auto begins_value = [&field](std::string_view word) {
    return equal_ignoring_case(field.value.substr(0, word.size()), word);
  };
  return std::ranges::any_of(kNames, is_name) && std::ranges::any_of(kWords, begins_value);
}

}  // namespace footfall::http
