#include "core/actions/authenticate.h"

#include "core/storage/api_keys.h"
#include "proto/base/bytes.h"
#include "proto/wire/credentials.h"

namespace footfall::core {
namespace {

constexpr std::size_t kKeyLengthMax = 256;  // longer than any key can be: not worth a look-up

}  // namespace

Result<std::optional<Caller>> authenticate(Database& database, wire::Dialect dialect, std::string_view value) {
  if (value.empty() || value.size() > kKeyLengthMax) return std::nullopt;
  auto found = find_key_holder(database, key_hash(value));
  if (!found) return Failure(found.error());
  if (!*found) return std::nullopt;
  KeyHolder& holder = **found;
  if (holder.key.revoked_us || holder.account.dialect != dialect || holder.account.status != "active")
    return std::nullopt;
  return key_caller(std::move(holder));
}

Result<std::optional<wire::Dialect>> dialect_of_key(Database& database, std::string_view value) {
  if (value.empty() || value.size() > kKeyLengthMax) return std::nullopt;
  auto found = find_key_holder(database, key_hash(value));
  if (!found) return Failure(found.error());
  if (!*found) return std::nullopt;
  return (*found)->account.dialect;
}

std::vector<std::string> presented_keys(std::string_view authorization, std::string_view api_key_header) {
  std::vector<std::string> keys;
  if (!api_key_header.empty()) keys.emplace_back(api_key_header);
  if (const std::string_view token = wire::bearer_token(authorization); !token.empty()) keys.emplace_back(token);
  return keys;
}

}  // namespace footfall::core
