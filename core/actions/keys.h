// API keys: made here or imported with a customer's own value, limited, revoked. A revocation is final; every edge and
// core know of it within a second.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/actions/caller.h"
#include "core/domain/keys.h"
#include "core/storage/api_keys.h"

namespace footfall::core {

// Keys of an account in a mode that are not revoked.
inline constexpr std::int64_t kKeysMax = 100;

// Zone → requests per minute, 1 to 10^9; none: the dialect's documented figure.
using KeyLimits = std::map<std::string, std::optional<std::int64_t>>;

struct NewKey {
  std::string account;  // public id
  KeyKind kind = KeyKind::secret_key;
  wire::Mode mode = wire::Mode::live;
  std::string name;  // "Production"; may be empty
  KeyLimits limits;
  std::vector<std::string> origins = {};  // of a public key: hosts on whose pages it reports clicks; none: any
};

struct CreatedKey {
  ApiKeyRow row;
  std::string value;  // shown now and never again
};
// invalid "key_limit": the account has kKeysMax in the mode already; so with import_key().
Result<CreatedKey> create_key(Database& database, const Caller& caller, const NewKey& key);
// Refused with the code "key_taken" when any account has, or had, that value.
Result<ApiKeyRow> import_key(Database& database, const Caller& caller, const NewKey& key, std::string_view value);
// A key of the same kind, mode, name, limits and origins in the place of this one, which is revoked.
// conflict "key_revoked".
Result<CreatedKey> rotate_key(Database& database, const Caller& caller, std::string_view public_id);
Result<ApiKeyRow> revoke_key(Database& database, const Caller& caller, std::string_view public_id);
// Changes the zones that are named.
Result<ApiKeyRow> set_key_limits(Database& database, const Caller& caller, std::string_view public_id,
                                 const KeyLimits& limits);
// Says anew on which hosts' pages a public key reports clicks (domain/allowed_hosts.h); none: on any.
Result<ApiKeyRow> set_key_origins(Database& database, const Caller& caller, std::string_view public_id,
                                  const std::vector<std::string>& hosts);

}  // namespace footfall::core
