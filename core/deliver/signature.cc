#include "core/deliver/signature.h"

#include "proto/base/bytes.h"
#include "proto/base/crypto.h"

namespace footfall::core {

std::string webhook_signature(wire::Dialect dialect, std::string_view secret, std::int64_t unix_s,
                              std::string_view body) {
  std::string key(secret);
  if (dialect == wire::Dialect::selgeo) {
    std::string_view digits = secret;
    if (digits.starts_with("whsec_")) digits.remove_prefix(6);
    key = from_hex(digits).value_or("");
  }
  const std::string time = std::to_string(unix_s);
  return "t=" + time + ",v1=" + to_hex(as_view(hmac_sha256(key, time + "." + std::string(body))));
}

std::vector<std::string> webhook_fields(wire::Dialect dialect, std::string_view type, std::string_view signature) {
  const std::string name = dialect == wire::Dialect::baclique ? "X-BaClique-" : "X-Selgeo-";
  return {"Content-Type: application/json", "User-Agent: Footfall-Webhooks/1",
          name + "Signature: " + std::string(signature), name + "Event: " + std::string(type)};
}

}  // namespace footfall::core
