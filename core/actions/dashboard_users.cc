// Whatever the operator changes of a user ends what was given out before: all sessions, and the link of a reset. The
// row is locked first, so that of two changes at once the later one begins with what the earlier one left.
#include "core/actions/dashboard_users.h"

#include "core/actions/checks.h"
#include "core/actions/record_change.h"
#include "core/actions/users.h"
#include "core/storage/row_reader.h"
#include "proto/base/crypto.h"

namespace footfall::core {
namespace {

constexpr std::size_t kMadePasswordCharacters = 20;

Result<void> record(Database& database, const Caller& caller, std::string_view action, const DashboardUserRow& row) {
  return record_change(database, caller, {row.account, std::nullopt, action, row.public_id});
}

// What was given out before: sessions, and the link of a reset that was asked for.
Result<void> end_access(Database& database, DashboardUserId user) {
  if (auto ended = end_dashboard_sessions(database, user); !ended) return ended;
  return delete_dashboard_resets(database, user);
}

}  // namespace

Result<DashboardUserRow> insert_dashboard_user_inside(Database& database, const Caller& caller, DashboardUserRow row) {
  row.public_id = wire::new_public_id("mu_");
  auto inserted = insert_dashboard_user(database, row);
  if (!inserted && violates(inserted.error(), "dashboard_users_email")) {
    return taken("email_taken", "there is a user with this address");
  }
  if (!inserted) return Failure(inserted.error());
  if (auto recorded = record(database, caller, "user.create", row); !recorded) return Failure(recorded.error());
  return row;
}

Result<CreatedDashboardUser> create_dashboard_user(Database& database, const Caller& caller,
                                                   const NewDashboardUser& user) {
  auto email = parse_email(user.email);
  if (!email) return Failure(email.error());
  if (!user.name.empty()) {
    if (auto good = check_name("the name", user.name); !good) return Failure(good.error());
  }
  return database.transaction<CreatedDashboardUser>([&]() -> Result<CreatedDashboardUser> {
    if (caller.scope().affiliate) return not_found("affiliates have no dashboard users");
    auto account = load_account(database, caller.scope(), user.account);
    if (!account) return Failure(account.error());
    if (account->dialect != wire::Dialect::selgeo) {
      return invalid("account " + account->public_id + " speaks " + std::string(wire::dialect_name(account->dialect)) +
                     ", which has no dashboard API; Selgeo has");
    }
    CreatedDashboardUser created;
    created.password = random_token(kMadePasswordCharacters);
    DashboardUserRow row;
    row.account = account->id;
    row.account_public_id = account->public_id;
    row.email = *email;
    row.name = user.name;
    row.password_hash = kept_password(created.password);
    auto inserted = insert_dashboard_user_inside(database, caller, std::move(row));
    if (!inserted) return Failure(inserted.error());
    created.row = std::move(*inserted);
    return created;
  });
}

Result<CreatedDashboardUser> reset_dashboard_password(Database& database, const Caller& caller,
                                                      std::string_view public_id) {
  return database.transaction<CreatedDashboardUser>([&]() -> Result<CreatedDashboardUser> {
    auto row = load_dashboard_user(database, caller.scope(), public_id, true);
    if (!row) return Failure(row.error());
    const std::string password = random_token(kMadePasswordCharacters);
    auto stored = store_dashboard_password(database, row->id, kept_password(password));
    if (!stored) return Failure(stored.error());
    if (auto ended = end_access(database, row->id); !ended) return Failure(ended.error());
    if (auto recorded = record(database, caller, "user.password", *row); !recorded) return Failure(recorded.error());
    return CreatedDashboardUser{*row, password};
  });
}

Result<DashboardUserRow> set_dashboard_user_status(Database& database, const Caller& caller, std::string_view public_id,
                                                   std::string_view status) {
  const auto chosen = parse_choice("the status", status, {"active", "disabled"});
  if (!chosen) return Failure(chosen.error());
  return database.transaction<DashboardUserRow>([&]() -> Result<DashboardUserRow> {
    auto row = load_dashboard_user(database, caller.scope(), public_id, true);
    if (!row || row->status == *chosen) return row;
    row->status = *chosen;
    if (auto stored = store_dashboard_status(database, row->id, *chosen); !stored) return Failure(stored.error());
    if (auto ended = end_access(database, row->id); !ended) return Failure(ended.error());
    auto recorded = record(database, caller, *chosen == "active" ? "user.enable" : "user.disable", *row);
    if (!recorded) return Failure(recorded.error());
    return row;
  });
}

Result<std::vector<DashboardUserRow>> read_dashboard_users(Database& database, const Caller& caller, const OwnerIds& of,
                                                           int limit, std::int64_t offset) {
  if (caller.scope().affiliate) return std::vector<DashboardUserRow>{};
  auto selection = select_owners(database, caller, of);
  if (!selection) return Failure(selection.error());
  return list_dashboard_users(database, selection->account, limit, offset);
}

}  // namespace footfall::core
