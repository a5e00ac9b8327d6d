// Webhook endpoints of accounts that speak Selgeo or BaClique. `create` and `rotate` print the secret, which nothing
// prints again. `redeliver` leaves the sending to the processes with the role deliver, as `ping` does.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <memory>

#include "core/actions/reading/webhooks.h"
#include "core/actions/stripe_receivers.h"
#include "core/actions/webhooks.h"
#include "core/cli/delivery_view.h"
#include "core/cli/endpoint_commands.h"
#include "core/cli/nouns.h"
#include "core/cli/views.h"

namespace footfall::core {
namespace {

boost::json::object webhook_view(const WebhookRow& row) {
  boost::json::object view = endpoint_view(row);
  if (row.events.empty()) view["events"] = boost::json::array{"*"};
  return view;
}
constexpr EndpointNoun kEndpoint = {EndpointKind::webhook, "whk_…", webhook_view};

boost::json::object created_view(const CreatedWebhook& created) {
  boost::json::object view = webhook_view(created.row);
  view["secret"] = created.secret;
  return view;
}

Result<void> create(Context& context, const NewWebhook& webhook) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto settings = context.settings();
  if (!settings) return Failure(settings.error());
  auto created = create_webhook(**database, context.caller(), settings->webhooks, webhook);
  if (!created) return Failure(created.error());
  return context.show(created_view(*created));
}

Result<void> rotate(Context& context, const std::string& id) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto settings = context.settings();
  if (!settings) return Failure(settings.error());
  auto rotated = rotate_webhook_secret(**database, context.caller(), settings->webhooks, id);
  if (!rotated) return Failure(rotated.error());
  return context.show(created_view(*rotated));
}

Result<void> update(Context& context, const std::string& id, const WebhookFields& fields) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto settings = context.settings();
  if (!settings) return Failure(settings.error());
  auto updated = update_webhook(**database, context.caller(), settings->webhooks, id, fields);
  if (!updated) return Failure(updated.error());
  return context.show(webhook_view(*updated));
}

Result<void> list(Context& context, const OwnerIds& owners, const Paging& paging) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto page = read_webhooks(**database, context.caller(), {{}, {}, paging.limit, paging.offset}, owners);
  if (!page) return Failure(page.error());
  boost::json::array all;
  for (const WebhookRow& row : page->rows) all.push_back(webhook_view(row));
  return context.list("webhooks", all,
                      {"id", "account", "mode", "url", "status", "disabled_reason", "failures_in_row"});
}

Result<void> remove(Context& context, const std::string& id) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  if (auto deleted = delete_webhook(**database, context.caller(), id); !deleted) return Failure(deleted.error());
  return context.show({{"id", id}, {"status", "deleted"}});
}

Result<void> deliveries(Context& context, const std::string& endpoint, const DeliveryQuestion& question) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto page = read_deliveries(**database, context.caller(), endpoint, question);
  if (!page) return Failure(page.error());
  boost::json::array all;
  for (const DeliveryRow& row : page->rows) all.push_back(delivery_view(row));
  return context.list("deliveries", all,
                      {"id", "created_at", "type", "subject", "status", "attempts", "last_status", "last_error"});
}

Result<void> delivery(Context& context, const std::string& id) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto details = read_delivery(**database, context.caller(), id);
  if (!details) return Failure(details.error());
  boost::json::object view = delivery_view(details->delivery);
  view["body"] = parsed_view(details->body);
  view["attempt_list"] = attempts_view(details->attempts);
  return context.show(view);
}

// One delivery (whd_…), or what failed of an endpoint (whk_…).
Result<void> send_again(Context& context, const std::string& id) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  if (id.starts_with("whk_")) {
    auto count = redeliver_failed(**database, context.caller(), id);
    if (!count) return Failure(count.error());
    return context.show({{"id", id}, {"deliveries", *count}});
  }
  if (auto done = redeliver(**database, context.caller(), id); !done) return Failure(done.error());
  return context.show({{"id", id}, {"deliveries", 1}});
}

Result<void> reseal(Context& context) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto settings = context.settings();
  if (!settings) return Failure(settings.error());
  auto done = reseal_webhook_secrets(**database, context.caller(), settings->webhooks);
  if (!done) return Failure(done.error());
  auto stripe = reseal_stripe_secrets(**database, context.caller(), settings->webhooks);
  if (!stripe) return Failure(stripe.error());
  return context.show(
      {{"resealed", done->resealed + stripe->resealed}, {"unreadable", done->unreadable + stripe->unreadable}});
}

void add_create(Command noun, Context& context) {
  Command verb =
      noun.add_verb("create", "Make an endpoint; prints its secret, once",
                    "webhook create --account acc_01h… --url https://shop.example/hooks --event conversion.created");
  auto fields = std::make_shared<NewWebhook>();
  auto mode = std::make_shared<std::string>("live");
  verb.add_option("--account", fields->account, "acc_… that speaks selgeo or baclique").required();
  verb.add_option("--url", fields->url, "Where webhooks are sent by POST").required();
  verb.add_option("--event", fields->events, "Only these, such as conversion.created; without it, every event");
  verb.add_option("--description", fields->description, "For people");
  add_mode(verb, *mode);
  verb.callback([&context, fields, mode] {
    fields->mode = mode_of(*mode);
    context.choose([&context, fields] { return create(context, *fields); });
  });
}

void add_update(Command noun, Context& context) {
  Command verb =
      noun.add_verb("update", "Change an endpoint", "webhook update whk_01h… --url https://shop.example/new");
  auto id = std::make_shared<std::string>();
  auto fields = std::make_shared<WebhookFields>();
  verb.add_option("id", *id, "whk_…").required();
  verb.add_option("--url", fields->url, "Where webhooks are sent by POST");
  verb.add_option("--event", fields->events, "Only these; * for every event");
  verb.add_option("--description", fields->description, "For people");
  verb.callback(
      [&context, id, fields] { context.choose([&context, id, fields] { return update(context, *id, *fields); }); });
}

}  // namespace

void add_webhook(Command app, Context& context) {
  Command noun = app.add_noun("webhook", "Endpoints that are told of events, and what was sent to them");
  add_create(noun, context);
  add_endpoint_list(noun, context, {"list", "Endpoints, newest first", "webhook list --account acc_01h…"}, list);
  add_endpoint_deliveries(noun, context, kEndpoint,
                          {"deliveries", "What was sent to an endpoint, or waits, newest first",
                           "webhook deliveries whk_01h… --status failed"},
                          10'000, deliveries);
  add_update(noun, context);
  add_endpoint_verb(noun, context, kEndpoint, {"show", "One endpoint", "webhook show whk_01h…"}, read_webhook);
  add_endpoint_verb(noun, context, kEndpoint,
                    {"enable", "Send to it again; earlier failures are forgotten", "webhook enable whk_01h…"},
                    enable_webhook);
  add_endpoint_verb(noun, context, kEndpoint,
                    {"disable", "Send nothing more, and cancel what waits", "webhook disable whk_01h…"},
                    disable_webhook);
  add_verb_of_id(noun, context, "delete", "Remove an endpoint for good", "webhook delete whk_01h…", kEndpoint.id,
                 remove);
  add_verb_of_id(noun, context, "rotate", "A new secret, printed once; the old one is invalid at once",
                 "webhook rotate whk_01h…", kEndpoint.id, rotate);
  add_endpoint_ping(noun, context, kEndpoint,
                    {"ping", "Send webhook.test and say what came back; needs a core with the role deliver",
                     "webhook ping whk_01h…"});
  Command again = noun.add_verb(
      "reseal", "Encrypt all secrets with secrets_key, so that secrets_key_accepted can be removed", "webhook reseal");
  again.callback([&context] { context.choose([&context] { return reseal(context); }); });
  add_verb_of_id(noun, context, "delivery", "One delivery with its body and attempts", "webhook delivery whd_01h…",
                 "whd_…", delivery);
  add_verb_of_id(noun, context, "redeliver", "Send a delivery again, or all that failed of an endpoint",
                 "webhook redeliver whd_01h…", "whd_…, or whk_… for what failed or was cancelled", send_again);
}

}  // namespace footfall::core
