// Making and importing a key differ only in where its value comes from. The value itself is never stored: the row has
// its hash and a short form for lists.
#include "core/actions/keys.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

#include "core/actions/checks.h"
#include "core/actions/record_change.h"
#include "core/domain/allowed_hosts.h"
#include "core/domain/identifiers.h"
#include "core/domain/policy.h"
#include "core/storage/accounts.h"
#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kLimitMax = 1'000'000'000;

Result<std::string> merged_limits(std::string_view present, wire::Dialect dialect, KeyKind kind,
                                  const KeyLimits& limits) {
  const auto& policy = policy_of(dialect);
  const auto zones = kind == KeyKind::public_key ? policy.public_zones : policy.secret_zones;
  boost::system::error_code error;
  auto value = boost::json::parse(present, error);
  if (error || !value.is_object()) return internal("the key's limits are not a JSON object");
  for (const auto& [given_zone, per_minute] : limits) {
    const std::string zone = fold_identifier(given_zone);
    const bool known = std::any_of(zones.begin(), zones.end(), [&](const LimitZone& z) { return z.name == zone; });
    if (!known) {
      std::string names;
      for (const auto& z : zones) names += (names.empty() ? "" : ", ") + std::string(z.name);
      return invalid("\"" + zone + "\" is not a limit of such a key; there are: " + names);
    }
    if (!per_minute) {
      value.get_object().erase(zone);
      continue;
    }
    if (auto good = check_range("a limit per minute", *per_minute, 1, kLimitMax); !good) return Failure(good.error());
    value.get_object()[zone] = *per_minute;
  }
  return boost::json::serialize(value);
}

Result<std::string> read_origins(KeyKind kind, const std::vector<std::string>& hosts) {
  if (!hosts.empty() && kind != KeyKind::public_key) {
    return invalid("only a public key is used on pages, and has origins");
  }
  return parse_allowed_hosts(hosts);
}

Result<ApiKeyRow> add_key(Database& database, const Caller& caller, const NewKey& key, const AccountRow& account,
                          std::string_view value, bool imported, std::string_view from_limits = "{}") {
  if (!key.name.empty()) {
    if (auto good = check_name("the key's name", key.name); !good) return about("name", good.error());
  }
  auto limits = merged_limits(from_limits, account.dialect, key.kind, key.limits);
  if (!limits) return Failure(limits.error());
  auto origins = read_origins(key.kind, key.origins);
  if (!origins) return Failure(origins.error());
  ApiKeyRow row;
  row.public_id = wire::new_public_id("key_");
  row.account = account.id;
  row.account_public_id = account.public_id;
  row.kind = key.kind;
  row.mode = key.mode;
  row.name = key.name;
  row.shown = shown_key(value);
  row.hash = key_hash(value);
  row.limits = *limits;
  row.imported = imported;
  row.origin_hosts = *origins;
  auto inserted = insert_api_key(database, row);
  if (!inserted && violates(inserted.error(), "api_keys_hash_key")) {
    return taken("key_taken", "this key's value is known already; a value belongs to one key for ever");
  }
  if (!inserted) return Failure(inserted.error());
  ChangeDetails details;
  details.add("kind", key_kind_name(row.kind))
      .add("mode", mode_name(row.mode))
      .add("name", row.name)
      .add("shown", row.shown)
      .add("limits", row.limits)
      .add("origin_hosts", row.origin_hosts);
  auto recorded = record_change(database, caller,
                                {account.id, row.mode, imported ? "key.import" : "key.create", row.public_id, details});
  if (!recorded) return Failure(recorded.error());
  return row;
}

// With the account's row locked, so that two requests cannot make one too many together.
Result<AccountRow> account_with_room(Database& database, const Caller& caller, const NewKey& key) {
  auto account = load_account(database, caller.scope(), key.account, true);
  if (!account) return account;
  if (!caller.scope().contains_mode(key.mode)) return other_mode_not_found(key.mode);
  auto count = count_api_keys(database, {.account = account->id, .mode = key.mode, .active_only = true});
  if (!count) return Failure(count.error());
  if (*count < kKeysMax) return account;
  return Failure(Error{ErrorKind::invalid, ErrorSource::client, false,
                       "the account has " + std::to_string(kKeysMax) + " keys in " + std::string(mode_name(key.mode)) +
                           " mode; revoke one first",
                       "key_limit"});
}

Result<void> revoke_inside(Database& database, const Caller& caller, const ApiKeyRow& row) {
  if (auto revoked = store_key_revocation(database, row.id); !revoked) return revoked;
  return record_change(database, caller, {row.account, row.mode, "key.revoke", row.public_id});
}

}  // namespace

Result<CreatedKey> create_key(Database& database, const Caller& caller, const NewKey& key) {
  return database.transaction<CreatedKey>([&]() -> Result<CreatedKey> {
    auto account = account_with_room(database, caller, key);
    if (!account) return Failure(account.error());
    auto value = new_key_value(account->dialect, key.kind, key.mode);
    if (!value) return Failure(value.error());
    auto row = add_key(database, caller, key, *account, *value, false);
    if (!row) return Failure(row.error());
    return CreatedKey{*row, *value};
  });
}

Result<ApiKeyRow> import_key(Database& database, const Caller& caller, const NewKey& key, std::string_view value) {
  return database.transaction<ApiKeyRow>([&]() -> Result<ApiKeyRow> {
    auto account = account_with_room(database, caller, key);
    if (!account) return Failure(account.error());
    auto good = check_imported_key(account->dialect, key.kind, key.mode, value);
    if (!good) return Failure(good.error());
    return add_key(database, caller, key, *account, value, true);
  });
}

Result<CreatedKey> rotate_key(Database& database, const Caller& caller, std::string_view public_id) {
  return database.transaction<CreatedKey>([&]() -> Result<CreatedKey> {
    auto old = load_api_key(database, caller.scope(), public_id, true);
    if (!old) return Failure(old.error());
    if (old->revoked_us) return taken("key_revoked", "the key is revoked, which is final; create a new one");
    auto account = load_account(database, old->account);
    if (!account) return Failure(account.error());
    auto value = new_key_value(account->dialect, old->kind, old->mode);
    if (!value) return Failure(value.error());
    const NewKey key{account->public_id, old->kind, old->mode, old->name, {}, allowed_host_list(old->origin_hosts)};
    auto row = add_key(database, caller, key, *account, *value, false, old->limits);
    if (!row) return Failure(row.error());
    if (auto revoked = revoke_inside(database, caller, *old); !revoked) return Failure(revoked.error());
    return CreatedKey{*row, *value};
  });
}

Result<ApiKeyRow> revoke_key(Database& database, const Caller& caller, std::string_view public_id) {
  return database.transaction<ApiKeyRow>([&]() -> Result<ApiKeyRow> {
    auto row = load_api_key(database, caller.scope(), public_id, true);
    if (!row || row->revoked_us) return row;
    if (auto revoked = revoke_inside(database, caller, *row); !revoked) return Failure(revoked.error());
    return load_api_key(database, caller.scope(), public_id);
  });
}

Result<ApiKeyRow> set_key_limits(Database& database, const Caller& caller, std::string_view public_id,
                                 const KeyLimits& limits) {
  return database.transaction<ApiKeyRow>([&]() -> Result<ApiKeyRow> {
    auto row = load_api_key(database, caller.scope(), public_id, true);
    if (!row) return row;
    auto account = load_account(database, row->account);
    if (!account) return Failure(account.error());
    auto merged = merged_limits(row->limits, account->dialect, row->kind, limits);
    if (!merged) return Failure(merged.error());
    row->limits = *merged;
    if (auto stored = store_key_limits(database, row->id, row->limits); !stored) return Failure(stored.error());
    ChangeDetails details;
    details.add("limits", row->limits);
    auto recorded = record_change(database, caller, {row->account, row->mode, "key.limits", row->public_id, details});
    if (!recorded) return Failure(recorded.error());
    return row;
  });
}

Result<ApiKeyRow> set_key_origins(Database& database, const Caller& caller, std::string_view public_id,
                                  const std::vector<std::string>& hosts) {
  return database.transaction<ApiKeyRow>([&]() -> Result<ApiKeyRow> {
    auto row = load_api_key(database, caller.scope(), public_id, true);
    if (!row) return row;
    auto origins = read_origins(row->kind, hosts);
    if (!origins) return Failure(origins.error());
    ChangeDetails details;
    details.change("origin_hosts", row->origin_hosts, *origins);
    row->origin_hosts = *origins;
    if (auto stored = store_key_origins(database, row->id, row->origin_hosts); !stored) return Failure(stored.error());
    auto recorded = record_change(database, caller, {row->account, row->mode, "key.origins", row->public_id, details});
    if (!recorded) return Failure(recorded.error());
    return row;
  });
}

}  // namespace footfall::core
