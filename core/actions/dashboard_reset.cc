#include "core/actions/dashboard_reset.h"

#include "core/actions/checks.h"
#include "core/actions/dashboard_login.h"
#include "core/actions/record_change.h"
#include "core/actions/users.h"
#include "core/domain/keys.h"
#include "core/domain/passwords.h"
#include "core/storage/mails.h"
#include "proto/base/crypto.h"

namespace footfall::core {
namespace {

constexpr std::size_t kTokenCharacters = 32;
constexpr std::size_t kTokenCharactersMax = 128;

Result<std::optional<DashboardUserRow>> find(Database& database, std::string_view token, TokenUse use) {
  if (token.empty() || token.size() > kTokenCharactersMax) return std::nullopt;
  return find_dashboard_reset(database, key_hash(token), use);
}

Failure unknown_token() { return not_found("there is no such link"); }

}  // namespace

Result<void> request_dashboard_reset(Database& database, std::string_view email, std::string_view client) {
  auto address = parse_email(email);
  if (!address) return Failure(address.error());
  auto asked = database.transaction<bool>([&]() -> Result<bool> {
    auto allowed = may_mail(database, mail_kind::kDashboardReset, *address, client);
    if (!allowed || !*allowed) return allowed;
    auto mail = insert_mail(database, mail_kind::kDashboardReset, *address);
    if (!mail) return Failure(mail.error());
    return true;
  });
  if (!asked) return Failure(asked.error());
  return {};
}

Result<std::optional<DashboardReset>> make_dashboard_reset(Database& database, std::string_view email) {
  return database.transaction<std::optional<DashboardReset>>([&]() -> Result<std::optional<DashboardReset>> {
    auto user = find_dashboard_user(database, email);
    if (!user) return Failure(user.error());
    if (!*user || (*user)->status != "active") return std::nullopt;
    DashboardReset made{std::move(**user), random_token(kTokenCharacters)};
    auto stored = store_dashboard_reset(database, key_hash(made.token), made.user.id, kPasswordResetValid_s);
    if (!stored) return Failure(stored.error());
    return made;
  });
}

Result<bool> is_dashboard_reset(Database& database, std::string_view token) {
  auto user = find(database, token, TokenUse::look);
  if (!user) return Failure(user.error());
  return user->has_value();
}

Result<DashboardUserRow> finish_dashboard_reset(Database& database, std::string_view token, std::string_view password) {
  auto owner = find(database, token, TokenUse::look);
  if (!owner) return Failure(owner.error());
  if (!*owner) return unknown_token();
  if (auto good = check_password(password, (*owner)->email); !good) return Failure(good.error());
  const std::string kept = kept_password(password);
  return database.transaction<DashboardUserRow>([&]() -> Result<DashboardUserRow> {
    // The user's row is locked first, as by whatever the operator changes (dashboard_users.h).
    if (auto stored = store_dashboard_password(database, (*owner)->id, kept); !stored) return Failure(stored.error());
    auto user = find(database, token, TokenUse::take);  // of two at once, the second finds none, and stores nothing
    if (!user) return Failure(user.error());
    if (!*user) return unknown_token();
    DashboardUserRow& row = **user;
    if (auto ended = end_dashboard_sessions(database, row.id); !ended) return Failure(ended.error());
    if (auto forgotten = forget_dashboard_log_ins(database, row.email); !forgotten) return Failure(forgotten.error());
    auto told = insert_mail(database, mail_kind::kDashboardPasswordChanged, row.email);
    if (!told) return Failure(told.error());
    auto account = load_account(database, row.account);
    if (!account) return Failure(account.error());
    auto recorded = record_change(database, dashboard_caller(row.public_id, *account, wire::Mode::live),
                                  {row.account, std::nullopt, "user.password", row.public_id});
    if (!recorded) return Failure(recorded.error());
    return std::move(row);
  });
}

}  // namespace footfall::core
