// The people of a merchant who may log in to the dashboard's API.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/actions/caller.h"
#include "core/actions/reading/selection.h"
#include "core/storage/dashboard_users.h"

namespace footfall::core {

// Only Selgeo has a dashboard API today.
struct NewDashboardUser {
  std::string account;  // public id
  std::string email;
  std::string name;  // may be empty
};
struct CreatedDashboardUser {
  DashboardUserRow row;
  std::string password;  // made up; shown now and never again
};
// Refused with the code "email_taken" when anybody has that address.
Result<CreatedDashboardUser> create_dashboard_user(Database& database, const Caller& caller,
                                                   const NewDashboardUser& user);
// A new password, made up; all of the user's sessions end, and so does the link of a reset that was asked for.
Result<CreatedDashboardUser> reset_dashboard_password(Database& database, const Caller& caller,
                                                      std::string_view public_id);
// "active" or "disabled"; a change of it ends all of the user's sessions and that link.
Result<DashboardUserRow> set_dashboard_user_status(Database& database, const Caller& caller, std::string_view public_id,
                                                   std::string_view status);
Result<std::vector<DashboardUserRow>> read_dashboard_users(Database& database, const Caller& caller, const OwnerIds& of,
                                                           int limit, std::int64_t offset);

// Inserts `row`, which lacks its ids, inside of the caller's transaction.
Result<DashboardUserRow> insert_dashboard_user_inside(Database& database, const Caller& caller, DashboardUserRow row);

}  // namespace footfall::core
