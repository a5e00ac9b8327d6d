// People of a merchant who log in to the dashboard's API. Passwords are made up here and printed once.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <memory>

#include "core/actions/dashboard_users.h"
#include "core/cli/nouns.h"
#include "core/cli/views.h"

namespace footfall::core {
namespace {

boost::json::object user_view(const DashboardUserRow& row) {
  return {{"id", row.public_id},  {"account", row.account_public_id},       {"email", row.email}, {"name", row.name},
          {"status", row.status}, {"created_at", time_view(row.created_us)}};
}

Result<void> show_created(Context& context, const Result<CreatedDashboardUser>& created) {
  if (!created) return Failure(created.error());
  boost::json::object view = user_view(created->row);
  view["password"] = created->password;
  return context.show(view);
}

Result<void> create(Context& context, const NewDashboardUser& user) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  return show_created(context, create_dashboard_user(**database, context.caller(), user));
}

Result<void> reset(Context& context, const std::string& id) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  return show_created(context, reset_dashboard_password(**database, context.caller(), id));
}

Result<void> set_status(Context& context, const std::string& id, std::string_view status) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto row = set_dashboard_user_status(**database, context.caller(), id, status);
  if (!row) return Failure(row.error());
  return context.show(user_view(*row));
}

Result<void> list(Context& context, const OwnerIds& owners, const Paging& paging) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto rows = read_dashboard_users(**database, context.caller(), owners, paging.limit, paging.offset);
  if (!rows) return Failure(rows.error());
  boost::json::array all;
  for (const DashboardUserRow& row : *rows) all.push_back(user_view(row));
  return context.list("users", all, {"id", "account", "email", "name", "status", "created_at"});
}

void add_status_verb(Command noun, Context& context, const char* name, const char* status, const char* help) {
  const std::string example = std::string("user ") + name + " mu_01h…";
  Command verb = noun.add_verb(name, help, example.c_str());
  auto id = std::make_shared<std::string>();
  verb.add_option("id", *id, "mu_…").required();
  verb.callback(
      [&context, id, status] { context.choose([&context, id, status] { return set_status(context, *id, status); }); });
}

}  // namespace

void add_user(Command app, Context& context) {
  Command noun = app.add_noun("user", "People of a merchant who log in to the dashboard's API");

  Command creating = noun.add_verb("create", "Make a user; prints the password, once",
                                   "user create --account acc_01h… --email jane@shop.example --name Jane");
  auto user = std::make_shared<NewDashboardUser>();
  creating.add_option("--account", user->account, "acc_… that speaks selgeo").required();
  creating.add_option("--email", user->email, "With which the user logs in").required();
  creating.add_option("--name", user->name, "For people");
  creating.callback([&context, user] { context.choose([&context, user] { return create(context, *user); }); });

  Command listing = noun.add_verb("list", "Users, newest first", "user list --account acc_01h…");
  auto owners = std::make_shared<OwnerIds>();
  auto paging = std::make_shared<Paging>();
  listing.add_option("--account", owners->account, "acc_…");
  add_paging(listing, *paging);
  listing.callback([&context, owners, paging] {
    context.choose([&context, owners, paging] { return list(context, *owners, *paging); });
  });

  auto id = std::make_shared<std::string>();
  Command resetting =
      noun.add_verb("password", "A new password, printed once; ends all sessions", "user password mu_01h…");
  resetting.add_option("id", *id, "mu_…").required();
  resetting.callback([&context, id] { context.choose([&context, id] { return reset(context, *id); }); });

  add_status_verb(noun, context, "disable", "disabled", "May no longer log in; ends all sessions");
  add_status_verb(noun, context, "enable", "active", "May log in again");
}

}  // namespace footfall::core
