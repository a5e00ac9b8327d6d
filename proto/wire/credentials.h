// Reading what a caller presents in the Authorization header. Pure.
#pragma once

#include <string_view>

namespace footfall::wire {

// "Bearer x" → x, without white space around it; empty for another scheme, or none. The scheme's case does not matter
// (RFC 9110 11.1). The view points into `authorization`.
std::string_view bearer_token(std::string_view authorization);

}  // namespace footfall::wire
