// The signature of a webhook, made anew for each attempt: "t=<Unix seconds>,v1=<hexadecimal HMAC-SHA256>" over
// "<t>.<body>". Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/wire/dialect.h"

namespace footfall::core {

// `secret` as it was shown ("whsec_…"). Selgeo's key are the 32 bytes that its hexadecimal digits spell (SELX-11),
// BaClique's is its text as it stands.
std::string webhook_signature(wire::Dialect dialect, std::string_view secret, std::int64_t unix_s,
                              std::string_view body);

// Content-Type, User-Agent and the dialect's own fields, each "Name: value".
std::vector<std::string> webhook_fields(wire::Dialect dialect, std::string_view type, std::string_view signature);

}  // namespace footfall::core
