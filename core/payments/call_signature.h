// The signature under a provider's call: "t=<Unix seconds>,v1=<hexadecimal HMAC-SHA256 of '<t>.<body>'>", as Stripe
// documents it. Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "proto/base/result.h"

namespace footfall::core {

// A call that was signed longer ago, or further ahead, is refused: it may have been recorded and be played back.
inline constexpr std::int64_t kCallAgeMax_s = 300;

// Any of several v1 may be right: while a secret is changed, there are two. forbidden: none is, or the time is off.
Result<void> check_call_signature(std::string_view header, std::string_view secret, std::string_view body,
                                  std::int64_t now_s);

}  // namespace footfall::core
