// Callback endpoints: `create` prints the endpoint, `log` the calls that came in, with credentials already hidden.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <memory>

#include "core/actions/postbacks.h"
#include "core/actions/reading/postbacks.h"
#include "core/cli/nouns.h"
#include "core/cli/views.h"

namespace footfall::core {
namespace {

boost::json::object endpoint_view(const PostbackEndpoint& endpoint) {
  return {{"id", endpoint.public_id},
          {"account", endpoint.account_public_id},
          {"name", endpoint.name},
          {"kind", endpoint.primary ? "primary" : "secondary"},
          {"key_less", endpoint.key_less},
          {"goal", text_view(endpoint.goal)},
          {"path", "/pb/" + endpoint.public_id},
          {"status", endpoint.disabled ? "disabled" : "active"},
          {"created_at", time_view(endpoint.created_us)}};
}

boost::json::object entry_view(const PostbackEntry& entry) {
  return {{"received_at", time_view(entry.received_us)},
          {"method", entry.method},
          {"parameters", entry.parameters},
          {"client", entry.client},
          {"status", entry.status},
          {"outcome", entry.outcome},
          {"message", text_or_null(entry.message)},
          {"conversion", text_view(entry.conversion_id)},
          {"request_id", entry.request_id}};
}

Result<void> create(Context& context, const PostbackFields& fields) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto endpoint = create_postback(**database, context.caller(), fields);
  if (!endpoint) return Failure(endpoint.error());
  return context.show(endpoint_view(*endpoint));
}

Result<void> disable(Context& context, const std::string& id) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  if (auto disabled = disable_postback(**database, context.caller(), id); !disabled) return Failure(disabled.error());
  return context.show({{"id", id}, {"status", "disabled"}});
}

Result<void> list(Context& context, const OwnerIds& options) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto endpoints = read_postbacks(**database, context.caller(), options);
  if (!endpoints) return Failure(endpoints.error());
  boost::json::array all;
  for (const PostbackEndpoint& endpoint : *endpoints) all.push_back(endpoint_view(endpoint));
  return context.list("callbacks", all, {"id", "account", "name", "kind", "key_less", "goal", "status"});
}

struct LogOptions {
  std::string id;
  int limit = 50;
};

Result<void> log(Context& context, const LogOptions& options) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto entries = read_postback_log(**database, context.caller(), options.id, options.limit);
  if (!entries) return Failure(entries.error());
  boost::json::array all;
  for (const PostbackEntry& entry : *entries) all.push_back(entry_view(entry));
  return context.list("log", all,
                      {"received_at", "method", "status", "outcome", "message", "conversion", "parameters"});
}

}  // namespace

void add_callback(Command app, Context& context) {
  Command noun = app.add_noun("callback", "AffSpace's callback endpoints, /pb/{id}, and what each of them received");

  Command creating = noun.add_verb("create", "Make an endpoint",
                                   "callback create --account acc_01h… --kind primary --name Tracker --key-less");
  auto fields = std::make_shared<PostbackFields>();
  auto kind = std::make_shared<std::string>("primary");
  creating.add_option("--account", fields->account, "acc_… that speaks affspace").required();
  creating.add_option("--kind", *kind, "primary: callbacks are conversions; secondary: they are events")
      .choose_from({"primary", "secondary"})
      .show_default();
  creating.add_option("--name", fields->name, "For people");
  creating.add_option("--goal", fields->goal, "Of callbacks that name none");
  creating.add_flag("--key-less", fields->key_less, "Ask for no API key: the endpoint's id is the secret");
  creating.callback([&context, fields, kind] {
    fields->primary = *kind == "primary";
    context.choose([&context, fields] { return create(context, *fields); });
  });

  Command listing = noun.add_verb("list", "Endpoints", "callback list --account acc_01h…");
  auto owners = std::make_shared<OwnerIds>();
  listing.add_option("--account", owners->account, "acc_…");
  listing.callback([&context, owners] { context.choose([&context, owners] { return list(context, *owners); }); });

  Command disabling = noun.add_verb("disable", "Stop answering for an endpoint", "callback disable pb_01h…");
  auto id = std::make_shared<std::string>();
  disabling.add_option("id", *id, "pb_…").required();
  disabling.callback([&context, id] { context.choose([&context, id] { return disable(context, *id); }); });

  Command logging = noun.add_verb("log", "What an endpoint received and what became of it, newest first",
                                  "callback log pb_01h… --limit 20");
  auto logged = std::make_shared<LogOptions>();
  logging.add_option("id", logged->id, "pb_…").required();
  logging.add_option("--limit", logged->limit, "At most so many").in_range(1, 10'000).show_default();
  logging.callback([&context, logged] { context.choose([&context, logged] { return log(context, *logged); }); });
}

}  // namespace footfall::core
