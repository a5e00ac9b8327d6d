// Access tokens of the dashboard: JSON Web Tokens (RFC 7519) that live for a quarter of an hour. There is one
// algorithm, HMAC-SHA256: of each key the header is a constant, and a token with any other header is refused before
// anything of it is read, so that nobody can choose another algorithm. That is why no library reads them: libjwt and
// libcpp-jwt take the algorithm from the token and leave it to the caller to compare it. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/actions/webhook_secret.h"
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

struct AccessTokenKey {
  Digest256 secret{};
  std::string header;  // of the tokens that it signs, encoded, with its dot; names the key ("kid")
};
struct AccessTokenKeys {
  AccessTokenKey signing;
  std::optional<AccessTokenKey> accepted;  // while secrets_key is replaced: what it signed is good to its end
};
// Made from the configuration's keys.
AccessTokenKeys access_token_keys(const SecretsKeys& keys);
std::string sign_access_token(const AccessTokenKey& key, const AccessClaims& claims, std::int64_t now_s);
// None: not one of ours, altered, or expired.
std::optional<AccessClaims> read_access_token(const AccessTokenKeys& keys, std::string_view token, std::int64_t now_s);
// Whether it has a token's shape: three parts between two dots.
bool looks_like_access_token(std::string_view credential);

}  // namespace footfall::core
