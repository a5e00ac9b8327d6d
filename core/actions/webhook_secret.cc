#include "core/actions/webhook_secret.h"

#include <algorithm>

#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

std::string context_of(std::string_view endpoint) { return "webhook secret of " + std::string(endpoint); }

Result<std::optional<Digest256>> parse_key(std::string_view name, std::string_view hex) {
  if (hex.empty()) return std::optional<Digest256>();
  Digest256 key{};
  const auto bytes = from_hex(hex);
  if (!bytes || bytes->size() != key.size()) {
    return invalid(std::string(name) + " has 64 hexadecimal digits, as `openssl rand -hex 32` prints them");
  }
  std::copy(bytes->begin(), bytes->end(), key.begin());
  return key;
}

}  // namespace

Result<std::optional<SecretsKeys>> parse_secrets_keys(std::string_view key, std::string_view accepted) {
  auto first = parse_key("secrets_key", key);
  if (!first) return Failure(first.error());
  auto second = parse_key("secrets_key_accepted", accepted);
  if (!second) return Failure(second.error());
  if (!*first && *second) return invalid("secrets_key_accepted stands beside secrets_key, not in its place");
  if (!*first) return std::optional<SecretsKeys>();
  return SecretsKeys{**first, *second};
}

std::string new_webhook_secret() {
  Digest256 secret{};
  random_bytes(secret.data(), secret.size());
  return "whsec_" + to_hex(as_view(secret));
}

std::string seal_webhook_secret(const Digest256& key, std::string_view endpoint, std::string_view secret) {
  return seal(key, context_of(endpoint), secret);
}

std::optional<std::string> unseal_webhook_secret(const SecretsKeys& keys, std::string_view endpoint,
                                                 std::string_view sealed) {
  auto secret = unseal(keys.key, context_of(endpoint), sealed);
  if (!secret && keys.accepted) secret = unseal(*keys.accepted, context_of(endpoint), sealed);
  return secret;
}

}  // namespace footfall::core
