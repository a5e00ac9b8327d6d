// The account's row is locked while its receiver is made, so that two requests cannot make two. The secret is sealed
// for the receiver's public id, which it keeps when the secret is replaced.
#include "core/actions/stripe_receivers.h"

#include <algorithm>

#include "core/actions/checks.h"
#include "core/actions/record_change.h"
#include "core/storage/stripe_sales.h"
#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

constexpr std::size_t kSecretBytesMin = 16, kSecretBytesMax = 255;
constexpr int kResealedAtOnce = 100;  // in one transaction

Failure refused(std::string code, std::string message) {
  return Failure(Error{ErrorKind::invalid, ErrorSource::client, false, std::move(message), std::move(code)});
}

// Affiliates have no receivers, and one outside of the caller's mode does not exist for it.
Result<AccountRow> owner_of(Database& database, const Caller& caller, std::string_view account, wire::Mode mode) {
  const Scope scope = caller.scope();
  if (scope.affiliate) return not_found("affiliates have no receivers of Stripe's events");
  if (!scope.contains_mode(mode)) return other_mode_not_found(mode);
  return load_account(database, scope, account);
}

Result<std::string> check_secret(std::string_view given) {
  std::string secret(trim(given));
  const bool is_printable = std::ranges::all_of(secret, [](char c) { return c > ' ' && c < '\x7f'; });
  if (!secret.starts_with("whsec_") || secret.size() < kSecretBytesMin || secret.size() > kSecretBytesMax ||
      !is_printable) {
    return refused("stripe_secret", "is not a signing secret as Stripe shows it, whsec_…");
  }
  return secret;
}

Result<StripeReceiver> with_waiting(Database& database, StripeReceiverRow row) {
  auto waiting = count_waiting_stripe_events(database, {row.account, row.mode});
  if (!waiting) return Failure(waiting.error());
  return StripeReceiver{std::move(row), *waiting};
}

Result<StripeReceiverRow> find(Database& database, const AccountRow& account, wire::Mode mode) {
  auto row = find_stripe_receiver(database, account.id, mode);
  if (!row) return Failure(row.error());
  if (!*row) {
    return not_found("account " + account.public_id + " has no receiver of Stripe's events in " +
                     std::string(mode_name(mode)) + " mode");
  }
  return std::move(**row);
}

Result<void> record(Database& database, const Caller& caller, std::string_view action, const StripeReceiverRow& row,
                    const ChangeDetails& details = {}) {
  return record_change(database, caller, {row.account, row.mode, action, row.public_id, details});
}

}  // namespace

Result<StripeReceiver> set_stripe_receiver(Database& database, const Caller& caller, const WebhookSettings& settings,
                                           const StripeReceiverFields& fields) {
  auto owner = owner_of(database, caller, fields.account, fields.mode);
  if (!owner) return Failure(owner.error());
  if (owner->dialect != wire::Dialect::selgeo) {
    return refused("stripe_dialect", "account " + owner->public_id + " speaks " +
                                         std::string(wire::dialect_name(owner->dialect)) +
                                         "; receivers of Stripe's events are Selgeo's");
  }
  std::string secret;
  if (fields.signing_secret) {
    auto checked = check_secret(*fields.signing_secret);
    if (!checked) return Failure(checked.error());
    secret = std::move(*checked);
  }
  if (!settings.secrets_keys) {
    return refused("secrets_key",
                   "Stripe's signing secret cannot be kept safely: set secrets_key in core's configuration to what "
                   "`openssl rand -hex 32` prints");
  }
  return database.transaction<StripeReceiver>([&]() -> Result<StripeReceiver> {
    auto account = load_account(database, caller.scope(), fields.account, true);  // two cannot make it at once
    if (!account) return Failure(account.error());
    auto known = find_stripe_receiver(database, account->id, fields.mode);
    if (!known) return Failure(known.error());
    if (*known && secret.empty()) return with_waiting(database, std::move(**known));
    StripeReceiverRow row;
    row.public_id = *known ? (*known)->public_id : wire::new_public_id("srx_");
    row.account = account->id;
    row.mode = fields.mode;
    if (!secret.empty()) row.sealed_secret = seal_webhook_secret(settings.secrets_keys->key, row.public_id, secret);
    if (auto stored = store_stripe_receiver(database, row); !stored) return Failure(stored.error());
    ChangeDetails details;
    details.add("mode", mode_name(row.mode)).add_flag("secret", !secret.empty());
    const char* const action = *known ? "stripe_receiver.update" : "stripe_receiver.create";
    if (auto recorded = record(database, caller, action, row, details); !recorded) return Failure(recorded.error());
    auto stored = find(database, *account, fields.mode);
    if (!stored) return Failure(stored.error());
    return with_waiting(database, std::move(*stored));
  });
}

Result<StripeReceiver> read_stripe_receiver(Database& database, const Caller& caller, std::string_view account,
                                            wire::Mode mode) {
  auto owner = owner_of(database, caller, account, mode);
  if (!owner) return Failure(owner.error());
  auto row = find(database, *owner, mode);
  if (!row) return Failure(row.error());
  return with_waiting(database, std::move(*row));
}

Result<void> delete_stripe_receiver(Database& database, const Caller& caller, std::string_view account,
                                    wire::Mode mode) {
  auto owner = owner_of(database, caller, account, mode);
  if (!owner) return Failure(owner.error());
  auto done = database.transaction<bool>([&]() -> Result<bool> {
    auto row = find(database, *owner, mode);
    if (!row) return Failure(row.error());
    if (auto deleted = delete_stripe_receiver_row(database, row->id); !deleted) return Failure(deleted.error());
    auto recorded = record(database, caller, "stripe_receiver.delete", *row);
    if (!recorded) return Failure(recorded.error());
    return true;
  });
  if (!done) return Failure(done.error());
  return {};
}

Result<Resealed> reseal_stripe_secrets(Database& database, const Caller& caller, const WebhookSettings& settings) {
  if (auto allowed = caller.must_cross_accounts(); !allowed) return Failure(allowed.error());
  Resealed outcome;
  if (!settings.secrets_keys) return outcome;
  std::int64_t after = 0;
  while (true) {
    auto rows = database.transaction<std::vector<StripeReceiverRow>>([&]() -> Result<std::vector<StripeReceiverRow>> {
      auto locked = lock_stripe_receivers_after(database, after, kResealedAtOnce);
      if (!locked) return locked;
      for (StripeReceiverRow& row : *locked) {
        const auto secret = unseal_webhook_secret(*settings.secrets_keys, row.public_id, row.sealed_secret);
        row.sealed_secret.clear();
        if (!secret) continue;
        row.sealed_secret = seal_webhook_secret(settings.secrets_keys->key, row.public_id, *secret);
        if (auto stored = store_stripe_receiver(database, row); !stored) return Failure(stored.error());
        auto recorded = record(database, caller, "stripe_receiver.reseal", row);
        if (!recorded) return Failure(recorded.error());
      }
      return locked;
    });
    if (!rows) return Failure(rows.error());
    for (const StripeReceiverRow& row : *rows) {
      ++(row.sealed_secret.empty() ? outcome.unreadable : outcome.resealed);
    }
    if (rows->size() < static_cast<std::size_t>(kResealedAtOnce)) return outcome;
    after = rows->back().id;
  }
}

Result<Caller> stripe_receiver_owner(Database& database, const StripeReceiverRow& receiver) {
  auto account = load_account(database, receiver.account);
  if (!account) return Failure(account.error());
  return receiver_caller(receiver.public_id, std::move(*account), receiver.mode);
}

}  // namespace footfall::core
