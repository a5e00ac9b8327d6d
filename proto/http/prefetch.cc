#include "proto/http/prefetch.h"

#include "proto/base/bytes.h"

namespace footfall::http {
namespace {

bool starts_with_word(std::string_view value, std::string_view word) {
  return equal_ignoring_case(value.substr(0, word.size()), word);
}

}  // namespace

bool says_prefetch(const Field& field) {
  if (equal_ignoring_case(field.name, "sec-purpose") || equal_ignoring_case(field.name, "purpose") ||
      equal_ignoring_case(field.name, "x-moz")) {
    return starts_with_word(field.value, "prefetch");
  }
  return equal_ignoring_case(field.name, "x-purpose") &&
         (starts_with_word(field.value, "preview") || starts_with_word(field.value, "instant"));
}

}  // namespace footfall::http
