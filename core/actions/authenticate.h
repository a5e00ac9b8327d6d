// Who calls: the key that a caller presents, resolved to account, dialect, mode and limits. The lookup is by the key's
// SHA-256, so neither its time nor any index reveals how much of a guess was right.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/keys.h"
#include "core/domain/policy.h"
#include "core/storage/accounts.h"
#include "core/storage/database.h"
#include "proto/wire/dialect.h"
#include "proto/wire/ids.h"

namespace footfall::core {

struct Authenticated {
  wire::KeyId key;
  std::string key_public_id;
  KeyKind kind = KeyKind::secret_key;
  wire::Mode mode = wire::Mode::live;
  AccountRow account;
  Policy policy;                                            // the dialect's, with the account's overrides
  std::map<std::string, std::int64_t, std::less<>> limits;  // overrides by zone

  std::string actor() const { return "api:" + key_public_id; }
  // Per minute: the key's own figure, else the documented one.
  std::int64_t limit(std::string_view zone) const;
};

// None: unknown, revoked, of another dialect, or of an account that is not active.
Result<std::optional<Authenticated>> authenticate(Database& database, wire::Dialect dialect, std::string_view value);

// The dialect of a key's account, whatever its state, for telling dialects apart on a shared host.
Result<std::optional<wire::Dialect>> dialect_of_key(Database& database, std::string_view value);

// "Bearer x" → x; empty for another scheme or none. The scheme's case does not matter.
std::string_view bearer_token(std::string_view authorization);
// What the two headers present, X-API-Key first.
std::vector<std::string> presented_keys(std::string_view authorization, std::string_view api_key_header);

}  // namespace footfall::core
