#include "proto/wire/credentials.h"

#include "proto/base/bytes.h"

namespace footfall::wire {

std::string_view bearer_token(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer";
  authorization = trim(authorization);
  if (!equal_ignoring_case(authorization.substr(0, kScheme.size()), kScheme)) return {};
  authorization.remove_prefix(kScheme.size());
  if (!authorization.starts_with(' ') && !authorization.starts_with('\t')) return {};
  return trim(authorization);
}

}  // namespace footfall::wire
