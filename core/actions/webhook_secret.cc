#include "core/actions/webhook_secret.h"

#include <algorithm>

#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

std::string context_of(std::string_view endpoint) { return "webhook secret of " + std::string(endpoint); }

}  // namespace

Result<std::optional<Digest256>> parse_secrets_key(std::string_view hex) {
  if (hex.empty()) return std::optional<Digest256>();
  Digest256 key{};
  const auto bytes = from_hex(hex);
  if (!bytes || bytes->size() != key.size()) {
    return invalid("secrets_key has 64 hexadecimal digits, as `openssl rand -hex 32` prints them");
  }
  std::copy(bytes->begin(), bytes->end(), key.begin());
  return key;
}

std::string new_webhook_secret() {
  Digest256 secret{};
  random_bytes(secret.data(), secret.size());
  return "whsec_" + to_hex(as_view(secret));
}

std::string seal_webhook_secret(const Digest256& key, std::string_view endpoint, std::string_view secret) {
  return seal(key, context_of(endpoint), secret);
}

std::optional<std::string> unseal_webhook_secret(const Digest256& key, std::string_view endpoint,
                                                 std::string_view sealed) {
  return unseal(key, context_of(endpoint), sealed);
}

}  // namespace footfall::core
