// Access tokens of the dashboard: JSON Web Tokens (RFC 7519) that live for a quarter of an hour. There is one
// algorithm, HMAC-SHA256: the header is a constant, and a token with any other header is refused before anything of it
// is read, so that nobody can choose another one. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proto/base/crypto.h"
#include "proto/wire/ids.h"

namespace footfall::core {

inline constexpr std::int64_t kAccessTokenValid_s = 900;

struct AccessClaims {
  std::string session;                 // public id
  std::string user;                    // public id
  wire::Mode mode = wire::Mode::live;  // the half of the account that the token opens
  std::int64_t expires_s = 0;          // Unix time
};

// The key that signs tokens, made from the configuration's secrets_key.
Digest256 access_token_key(const Digest256& secrets_key);
std::string sign_access_token(const Digest256& key, const AccessClaims& claims, std::int64_t now_s);
// None: not one of ours, altered, or expired.
std::optional<AccessClaims> read_access_token(const Digest256& key, std::string_view token, std::int64_t now_s);
// Whether it has a token's shape: three parts between two dots.
bool looks_like_access_token(std::string_view credential);

}  // namespace footfall::core
