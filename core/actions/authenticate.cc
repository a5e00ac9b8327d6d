#include "core/actions/authenticate.h"

#include <boost/json.hpp>

#include "core/actions/account_policy.h"
#include "core/storage/api_keys.h"
#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

constexpr std::size_t kKeyLengthMax = 256;  // longer than any key can be: not worth a look-up

std::map<std::string, std::int64_t, std::less<>> limits_of(std::string_view text) {
  std::map<std::string, std::int64_t, std::less<>> limits;
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(text, error);
  if (error || !value.is_object()) return limits;
  for (const auto& member : value.get_object()) {
    if (member.value().is_int64()) limits.emplace(std::string(member.key()), member.value().get_int64());
  }
  return limits;
}

}  // namespace

std::int64_t Authenticated::limit(std::string_view zone) const {
  if (const auto own = limits.find(zone); own != limits.end()) return own->second;
  for (const LimitZone& documented : kind == KeyKind::public_key ? policy.public_zones : policy.secret_zones) {
    if (documented.name == zone) return documented.per_minute;
  }
  FOOTFALL_CHECK(!"a zone that the dialect's policy does not name");
  return 0;
}

Result<std::optional<Authenticated>> authenticate(Database& database, wire::Dialect dialect, std::string_view value) {
  if (value.empty() || value.size() > kKeyLengthMax) return std::nullopt;
  auto found = find_key_holder(database, key_hash(value));
  if (!found) return Failure(found.error());
  if (!*found) return std::nullopt;
  auto& [key, account] = **found;
  if (key.revoked_us || account.dialect != dialect || account.status != "active") return std::nullopt;
  Authenticated caller;
  caller.key = key.id;
  caller.key_public_id = key.public_id;
  caller.kind = key.kind;
  caller.mode = key.mode;
  caller.account = std::move(account);
  caller.policy = account_policy(caller.account);
  caller.limits = limits_of(key.limits);
  return caller;
}

Result<std::optional<wire::Dialect>> dialect_of_key(Database& database, std::string_view value) {
  if (value.empty() || value.size() > kKeyLengthMax) return std::nullopt;
  auto found = find_key_holder(database, key_hash(value));
  if (!found) return Failure(found.error());
  if (!*found) return std::nullopt;
  return (*found)->account.dialect;
}

std::string_view bearer_token(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  const std::string_view value = trim(authorization);
  if (value.size() <= kScheme.size() || !equal_ignoring_case(value.substr(0, kScheme.size()), kScheme)) return {};
  return trim(value.substr(kScheme.size()));
}

std::vector<std::string> presented_keys(std::string_view authorization, std::string_view api_key_header) {
  std::vector<std::string> keys;
  if (!api_key_header.empty()) keys.emplace_back(api_key_header);
  if (const std::string_view token = bearer_token(authorization); !token.empty()) keys.emplace_back(token);
  return keys;
}

}  // namespace footfall::core
