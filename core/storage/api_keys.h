// The api_keys table. Values are never stored: a key is found by its SHA-256.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/keys.h"
#include "core/storage/accounts.h"
#include "core/storage/database.h"
#include "core/storage/scope.h"
#include "proto/wire/ids.h"

namespace footfall::core {

struct ApiKeyRow {
  wire::KeyId id;
  std::string public_id;
  wire::AccountId account;
  std::string account_public_id;  // read only
  KeyKind kind = KeyKind::secret_key;
  wire::Mode mode = wire::Mode::live;
  std::string name;
  std::string shown;          // prefix and last characters
  std::string hash;           // 32 bytes
  std::string limits = "{}";  // JSON: zone → requests per minute
  bool imported = false;
  std::string origin_hosts;  // of a public key, as in domain/allowed_hosts.h; empty: any
  std::int64_t created_us = 0;
  std::optional<std::int64_t> revoked_us;
};

// Fills in id and created_us. A unique violation of api_keys_hash_key: the value is known already.
Result<void> insert_api_key(Database& database, ApiKeyRow& row);
Result<ApiKeyRow> load_api_key(Database& database, const Scope& scope, std::string_view public_id,
                               bool for_update = false);
Result<std::optional<ApiKeyRow>> find_api_key_by_hash(Database& database, std::string_view hash);

// Which state of a key and its account somebody has seen. Every change of either row raises its version.
struct KeyStamp {
  wire::KeyId key = {};
  std::int64_t key_version = 0;
  std::int64_t account_version = 0;
  auto operator<=>(const KeyStamp&) const = default;
};
struct KeyHolder {
  ApiKeyRow key;
  AccountRow account;
  KeyStamp stamp;
};
Result<std::optional<KeyHolder>> find_key_holder(Database& database, std::string_view hash);
// Those of `stamps` that still hold, in one statement.
Result<std::set<KeyStamp>> current_stamps(Database& database, const std::set<KeyStamp>& stamps);
Result<void> store_key_limits(Database& database, wire::KeyId id, std::string_view limits);
Result<void> store_key_origins(Database& database, wire::KeyId id, std::string_view origin_hosts);
// Keeps the time of an earlier revocation.
Result<void> store_key_revocation(Database& database, wire::KeyId id);
struct ApiKeyFilter {
  wire::AccountId account = {};  // none: of all
  std::optional<wire::Mode> mode = {};
  int limit = 50;
  std::int64_t offset = 0;
  bool active_only = false;  // without those that are revoked
};
Result<std::vector<ApiKeyRow>> list_api_keys(Database& database, const ApiKeyFilter& filter);  // newest first
Result<std::int64_t> count_api_keys(Database& database, const ApiKeyFilter& filter);           // on all pages

}  // namespace footfall::core
