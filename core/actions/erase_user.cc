#include "core/actions/erase_user.h"

#include "core/actions/record_change.h"
#include "core/actions/users.h"
#include "core/domain/event_types.h"
#include "core/domain/passwords.h"
#include "core/storage/accounts.h"
#include "core/storage/audit.h"
#include "core/storage/user_erasure.h"

namespace footfall::core {
namespace {

Result<void> erase_inside(Database& database, const UserRow& user) {
  if (auto limited = database.execute(kErasureTimeLimit); !limited) return Failure(limited.error());
  // First of all: what else is on its way for this user either commits before or finds them erased.
  auto active = lock_user(database, user.id, true);
  if (!active) return Failure(active.error());
  if (!*active) return not_found("the account is deleted");
  auto affiliates = lock_linked_affiliates(database, user.id);
  if (!affiliates) return Failure(affiliates.error());
  auto postbacks = postbacks_of_user(database, user.id);
  if (!postbacks) return Failure(postbacks.error());
  for (const WebhookId postback : *postbacks) {
    auto stopped = stop_webhook_row(database, postback, "deleted", "erased");
    if (!stopped) return Failure(stopped.error());
  }
  if (auto erased = erase_traces_of(database, user.id); !erased) return erased;
  for (const LinkedAffiliate& one : *affiliates) {
    auto account = load_account(database, one.account);
    if (!account) return Failure(account.error());
    const Caller caller = invited_caller(user.public_id, std::move(*account), one.mode);
    auto told = record_change(database, caller,
                              {one.account, one.mode, "affiliate.erase", one.public_id, {}, event::kAffiliateErased});
    if (!told) return told;
  }
  if (auto stored = store_erased_user(database, user.id); !stored) return Failure(stored.error());
  // Of the whole installation, which the person is no caller of.
  return append_audit(database, {{}, "user:" + user.public_id, "user.erase", user.public_id});
}

}  // namespace

Result<void> erase_user(Database& database, const UserRow& user, std::string_view password) {
  auto allowed = may_attempt(database, "password-of", user.public_id, kLogInsPerEmail);
  if (!allowed) return Failure(allowed.error());
  if (!*allowed) return invalid("Too many tries. Wait a quarter of an hour.");
  if (!password_matches(user.password_hash, password)) return invalid("The password is not right.");
  return database.transaction<void>([&] { return erase_inside(database, user); });
}

}  // namespace footfall::core
