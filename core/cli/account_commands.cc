// Each verb of `account` has one function. Options are kept as texts until the command runs; then they become the
// fields of an action, where an option that was not given stays absent, so that `account set` changes only what is
// named.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <memory>

#include "core/actions/accounts.h"
#include "core/actions/reading/accounts.h"
#include "core/cli/nouns.h"
#include "core/cli/views.h"

namespace footfall::core {
namespace {

struct Options {
  std::string id;
  std::string dialect;
  AccountFields fields;
  std::vector<std::string> policy;
  std::optional<std::string> gpc;
};

void add_fields(Command verb, Options& options) {
  auto& fields = options.fields;
  verb.add_option("--email", fields.contact_email, "Where its people are reached; none: nowhere");
  verb.add_option("--plan", fields.plan,
                  "free or pro; kept for BaClique's API, which refuses free accounts and is not served yet");
  verb.add_option("--status", fields.status, "active, suspended or closed");
  verb.add_option("--link-host", fields.link_host,
                  "Where new short links live; default: link_host of the configuration");
  verb.add_option("--currency", fields.currency, "ISO 4217; default by dialect");
  verb.add_option("--time-zone", fields.time_zone,
                  "Of its statistics' days and of dates without a time, such as Europe/Warsaw; default UTC");
  verb.add_option("--policy", options.policy,
                  "Overrides the dialect: rounding=truncate|half_up, duplicate_scope=campaign|account|goal, "
                  "deposit=required|none; "
                  "rounding=default goes back. May be repeated")
      .one_value_each_time();
  verb.add_option("--gpc", options.gpc,
                  "Clicks of visitors who send Sec-GPC or DNT: ignore stores them as any other, minimal "
                  "without visitor, address and ids of third parties; default ignore")
      .choose_from({"ignore", "minimal"});
}

Result<void> read_fields(Options& options) {
  options.fields.contact_email = clearable(options.fields.contact_email);
  for (const auto& text : options.policy) {
    auto pair = parse_pair(text, "rounding=truncate");
    if (!pair) return Failure(pair.error());
    options.fields.policy[pair->first] = pair->second == "default" ? "" : pair->second;
  }
  if (options.gpc) options.fields.policy["gpc"] = *options.gpc;
  return {};
}

Result<void> create(Context& context, Options& options) {
  if (auto read = read_fields(options); !read) return read;
  if (!options.fields.link_host) {
    auto settings = context.settings();
    if (!settings) return Failure(settings.error());
    options.fields.link_host = settings->link_host;
  }
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto row = create_account(**database, context.caller(), wire::parse_dialect(options.dialect).value(), options.fields);
  if (!row) return Failure(row.error());
  return context.show(account_view(*row));
}

Result<void> set(Context& context, Options& options) {
  if (auto read = read_fields(options); !read) return read;
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto row = update_account(**database, context.caller(), options.id, options.fields);
  if (!row) return Failure(row.error());
  return context.show(account_view(*row));
}

Result<void> show(Context& context, const Options& options) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto row = read_account(**database, context.caller(), options.id);
  if (!row) return Failure(row.error());
  return context.show(account_view(*row));
}

Result<void> list(Context& context, const Paging& paging) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto rows = read_accounts(**database, context.caller(), paging.limit, paging.offset);
  if (!rows) return Failure(rows.error());
  boost::json::array all;
  for (const auto& row : *rows) all.push_back(account_view(row));
  return context.list("accounts", all, {"id", "dialect", "name", "plan", "status", "link_host", "created_at"});
}

}  // namespace

void add_account(Command app, Context& context) {
  Command noun = app.add_noun("account", "Customers: each speaks one dialect and owns keys and campaigns");

  Command creating = noun.add_verb("create", "Make an account", "account create --dialect selgeo --name 'Acme Inc'");
  auto options = std::make_shared<Options>();
  creating.add_option("--dialect", options->dialect, "baclique, selgeo, affspace or affily")
      .choose_from({"baclique", "selgeo", "affspace", "affily"})
      .required();
  creating.add_option("--name", options->fields.name, "Company name").required();
  add_fields(creating, *options);
  creating.callback([&context, options] { context.choose([&context, options] { return create(context, *options); }); });

  Command listing = noun.add_verb("list", "All accounts, newest first", "account list");
  auto paging = std::make_shared<Paging>();
  add_paging(listing, *paging);
  listing.callback([&context, paging] { context.choose([&context, paging] { return list(context, *paging); }); });

  Command showing = noun.add_verb("show", "One account", "account show acc_01h…");
  auto shown = std::make_shared<Options>();
  showing.add_option("id", shown->id, "acc_…").required();
  showing.callback([&context, shown] { context.choose([&context, shown] { return show(context, *shown); }); });

  Command setting = noun.add_verb("set", "Change an account; what is not named stays",
                                  "account set acc_01h… --plan free --status suspended");
  setting.alias("update");
  auto changed = std::make_shared<Options>();
  setting.add_option("id", changed->id, "acc_…").required();
  setting.add_option("--name", changed->fields.name, "Company name");
  add_fields(setting, *changed);
  setting.callback([&context, changed] { context.choose([&context, changed] { return set(context, *changed); }); });
}

}  // namespace footfall::core
