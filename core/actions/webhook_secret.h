// Secrets of webhook endpoints: "whsec_" and 64 hexadecimal digits. They are shown once. Signing needs their text again
// and again, so they are encrypted at rest with the configuration's secrets_key instead of hashed; a copy of the
// database alone signs nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "proto/base/crypto.h"
#include "proto/base/result.h"

namespace footfall::core {

// The configuration's secrets_key, and beside it a second one while the key is being replaced: what was made with
// either is read, what is made anew is made with `key`.
struct SecretsKeys {
  Digest256 key{};
  std::optional<Digest256> accepted = {};
};
// Each 64 hexadecimal digits. None: the first is empty, and then the second must be, too.
Result<std::optional<SecretsKeys>> parse_secrets_keys(std::string_view key, std::string_view accepted);

std::string new_webhook_secret();
// `endpoint`: its public id. A sealed secret cannot be moved to another endpoint.
std::string seal_webhook_secret(const Digest256& key, std::string_view endpoint, std::string_view secret);
// None: it was sealed with neither key, or for another endpoint.
std::optional<std::string> unseal_webhook_secret(const SecretsKeys& keys, std::string_view endpoint,
                                                 std::string_view sealed);

}  // namespace footfall::core
