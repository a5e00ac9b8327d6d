// Webhook endpoints of accounts that speak Selgeo or BaClique. `create` and `rotate` print the secret, which nothing
// prints again. `ping` and `redeliver` leave the sending to the processes with the role deliver.
#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <memory>

#include "core/actions/reading/webhooks.h"
#include "core/actions/stripe_receivers.h"
#include "core/actions/webhooks.h"
#include "core/cli/delivery_view.h"
#include "core/cli/nouns.h"
#include "core/cli/views.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kPingWaitUs = 30'000'000;

boost::json::object endpoint_view(const WebhookRow& row) {
  boost::json::array events;
  for (const std::string& name : row.events) events.emplace_back(name);
  if (events.empty()) events.emplace_back("*");
  return {{"id", row.public_id},
          {"account", row.account_public_id},
          {"mode", mode_name(row.mode)},
          {"url", row.url},
          {"description", row.description},
          {"events", std::move(events)},
          {"status", row.status},
          {"disabled_reason", text_view(row.disabled_reason)},
          {"disabled_at", time_view(row.disabled_us)},
          {"failures_in_row", row.failures_in_row},
          {"paused_until", time_view(row.paused_until_us)},
          {"created_at", time_view(row.created_us)}};
}

boost::json::object created_view(const CreatedWebhook& created) {
  boost::json::object view = endpoint_view(created.row);
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
  return context.show(endpoint_view(*updated));
}

Result<void> list(Context& context, const OwnerIds& owners, const Paging& paging) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto page = read_webhooks(**database, context.caller(), {{}, {}, paging.limit, paging.offset}, owners);
  if (!page) return Failure(page.error());
  boost::json::array all;
  for (const WebhookRow& row : page->rows) all.push_back(endpoint_view(row));
  return context.list("webhooks", all,
                      {"id", "account", "mode", "url", "status", "disabled_reason", "failures_in_row"});
}

// show, enable and disable differ in the action alone.
template <typename Action>
Result<void> with_endpoint(Context& context, const std::string& id, Action action) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto row = action(**database, context.caller(), id, EndpointKind::webhook);
  if (!row) return Failure(row.error());
  return context.show(endpoint_view(*row));
}

Result<void> remove(Context& context, const std::string& id) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  if (auto deleted = delete_webhook(**database, context.caller(), id); !deleted) return Failure(deleted.error());
  return context.show({{"id", id}, {"status", "deleted"}});
}

Result<void> ping(Context& context, const std::string& id) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  const Clock& clock = system_clock();
  auto sent = ping_webhook(**database, context.caller(), id, clock.wall_us());
  if (!sent) return Failure(sent.error());
  auto delivery = await_delivery(**database, context.caller(), *sent, kPingWaitUs, clock);
  if (!delivery) return Failure(delivery.error());
  return context.show(delivery_view(*delivery));
}

struct DeliveriesOptions {
  std::string endpoint;
  DeliveryQuestion question;
};

Result<void> deliveries(Context& context, const DeliveriesOptions& options) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto page = read_deliveries(**database, context.caller(), options.endpoint, options.question);
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

// A verb that takes one id and nothing else.
void add_verb_of_id(CLI::App& noun, Context& context, const char* name, const char* help, const char* example,
                    const char* what, Result<void> (*run)(Context&, const std::string&)) {
  auto& verb = add_verb(noun, name, help, example);
  auto id = std::make_shared<std::string>();
  verb.add_option("id", *id, what)->required();
  verb.callback([&context, id, run] { context.choose([&context, id, run] { return run(context, *id); }); });
}

void add_create(CLI::App& noun, Context& context) {
  auto& verb =
      add_verb(noun, "create", "Make an endpoint; prints its secret, once",
               "webhook create --account acc_01h… --url https://shop.example/hooks --event conversion.created");
  auto fields = std::make_shared<NewWebhook>();
  auto mode = std::make_shared<std::string>("live");
  verb.add_option("--account", fields->account, "acc_… that speaks selgeo or baclique")->required();
  verb.add_option("--url", fields->url, "Where webhooks are sent by POST")->required();
  verb.add_option("--event", fields->events, "Only these, such as conversion.created; without it, every event");
  verb.add_option("--description", fields->description, "For people");
  add_mode(verb, *mode);
  verb.callback([&context, fields, mode] {
    fields->mode = mode_of(*mode);
    context.choose([&context, fields] { return create(context, *fields); });
  });
}

void add_update(CLI::App& noun, Context& context) {
  auto& verb = add_verb(noun, "update", "Change an endpoint", "webhook update whk_01h… --url https://shop.example/new");
  auto id = std::make_shared<std::string>();
  auto fields = std::make_shared<WebhookFields>();
  verb.add_option("id", *id, "whk_…")->required();
  verb.add_option("--url", fields->url, "Where webhooks are sent by POST");
  verb.add_option("--event", fields->events, "Only these; * for every event");
  verb.add_option("--description", fields->description, "For people");
  verb.callback(
      [&context, id, fields] { context.choose([&context, id, fields] { return update(context, *id, *fields); }); });
}

void add_reading(CLI::App& noun, Context& context) {
  auto& listing = add_verb(noun, "list", "Endpoints, newest first", "webhook list --account acc_01h…");
  auto owners = std::make_shared<OwnerIds>();
  auto paging = std::make_shared<Paging>();
  listing.add_option("--account", owners->account, "acc_…");
  add_paging(listing, *paging);
  listing.callback([&context, owners, paging] {
    context.choose([&context, owners, paging] { return list(context, *owners, *paging); });
  });

  auto& told = add_verb(noun, "deliveries", "What was sent to an endpoint, or waits, newest first",
                        "webhook deliveries whk_01h… --status failed");
  auto options = std::make_shared<DeliveriesOptions>();
  told.add_option("id", options->endpoint, "whk_…")->required();
  choose_from(told.add_option("--status", options->question.status, "Only those"),
              {"waiting", "delivered", "failed", "cancelled"});
  told.add_option("--limit", options->question.limit, "At most so many")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  told.add_option("--offset", options->question.offset, "Leave out so many")->check(CLI::NonNegativeNumber);
  told.callback([&context, options] { context.choose([&context, options] { return deliveries(context, *options); }); });
}

}  // namespace

void add_webhook(CLI::App& app, Context& context) {
  auto& noun = add_noun(app, "webhook", "Endpoints that are told of events, and what was sent to them");
  add_create(noun, context);
  add_reading(noun, context);
  add_update(noun, context);
  constexpr const char* kEndpoint = "whk_…";
  add_verb_of_id(noun, context, "show", "One endpoint", "webhook show whk_01h…", kEndpoint,
                 [](Context& c, const std::string& id) { return with_endpoint(c, id, read_webhook); });
  add_verb_of_id(noun, context, "enable", "Send to it again; earlier failures are forgotten", "webhook enable whk_01h…",
                 kEndpoint, [](Context& c, const std::string& id) { return with_endpoint(c, id, enable_webhook); });
  add_verb_of_id(noun, context, "disable", "Send nothing more, and cancel what waits", "webhook disable whk_01h…",
                 kEndpoint, [](Context& c, const std::string& id) { return with_endpoint(c, id, disable_webhook); });
  add_verb_of_id(noun, context, "delete", "Remove an endpoint for good", "webhook delete whk_01h…", kEndpoint, remove);
  add_verb_of_id(noun, context, "rotate", "A new secret, printed once; the old one is invalid at once",
                 "webhook rotate whk_01h…", kEndpoint, rotate);
  add_verb_of_id(noun, context, "ping", "Send webhook.test and say what came back; needs a core with the role deliver",
                 "webhook ping whk_01h…", kEndpoint, ping);
  auto& again =
      add_verb(noun, "reseal", "Encrypt all secrets with secrets_key, so that secrets_key_accepted can be removed",
               "webhook reseal");
  again.callback([&context] { context.choose([&context] { return reseal(context); }); });
  add_verb_of_id(noun, context, "delivery", "One delivery with its body and attempts", "webhook delivery whd_01h…",
                 "whd_…", delivery);
  add_verb_of_id(noun, context, "redeliver", "Send a delivery again, or all that failed of an endpoint",
                 "webhook redeliver whd_01h…", "whd_…, or whk_… for what failed or was cancelled", send_again);
}

}  // namespace footfall::core
