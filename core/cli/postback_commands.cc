// Postbacks to affiliates' trackers (S2S). They are endpoints as webhooks are: what is shown of deliveries and attempts
// comes from the same actions. `test` leaves the sending to the processes with the role deliver.
#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <memory>

#include "core/actions/affiliate_postbacks.h"
#include "core/actions/reading/webhooks.h"
#include "core/cli/delivery_view.h"
#include "core/cli/nouns.h"
#include "core/cli/views.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kTestWaitUs = 30'000'000;
constexpr auto kKind = EndpointKind::postback;

boost::json::object postback_view(const WebhookRow& row) {
  boost::json::array events;
  for (const std::string& name : row.events) events.emplace_back(name);
  return {{"id", row.public_id},
          {"account", row.account_public_id},
          {"mode", mode_name(row.mode)},
          {"affiliate", text_or_null(row.affiliate_public_id)},
          {"campaign", text_or_null(row.campaign_public_id)},
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

Result<void> create(Context& context, const NewAffiliatePostback& postback) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto settings = context.settings();
  if (!settings) return Failure(settings.error());
  auto row = create_affiliate_postback(**database, context.caller(), settings->webhooks, postback);
  if (!row) return Failure(row.error());
  return context.show(postback_view(*row));
}

Result<void> list(Context& context, const OwnerIds& owners, const Paging& paging) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  WebhookFilter filter{{}, {}, paging.limit, paging.offset};
  filter.kind = kKind;
  auto page = read_webhooks(**database, context.caller(), filter, owners);
  if (!page) return Failure(page.error());
  boost::json::array all;
  for (const WebhookRow& row : page->rows) all.push_back(postback_view(row));
  return context.list(
      "postbacks", all,
      {"id", "account", "affiliate", "campaign", "url", "status", "disabled_reason", "failures_in_row"});
}

// show, enable and disable differ in the action alone.
template <typename Action>
Result<void> with_postback(Context& context, const std::string& id, Action action) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto row = action(**database, context.caller(), id, kKind);
  if (!row) return Failure(row.error());
  return context.show(postback_view(*row));
}
Result<void> show(Context& context, const std::string& id) { return with_postback(context, id, read_webhook); }
Result<void> enable(Context& context, const std::string& id) { return with_postback(context, id, enable_webhook); }
Result<void> disable(Context& context, const std::string& id) { return with_postback(context, id, disable_webhook); }

Result<void> test(Context& context, const std::string& id) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  const Clock& clock = system_clock();
  auto sent = ping_webhook(**database, context.caller(), id, clock.wall_us(), kKind);
  if (!sent) return Failure(sent.error());
  auto delivery = await_delivery(**database, context.caller(), *sent, kTestWaitUs, clock, kKind);
  if (!delivery) return Failure(delivery.error());
  return context.show(delivery_view(*delivery));
}

struct AttemptsOptions {
  std::string postback;
  DeliveryQuestion question;
};

// The calls of a postback, each with its URL and its attempts.
Result<void> attempts(Context& context, const AttemptsOptions& options) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto page = read_deliveries(**database, context.caller(), options.postback, options.question, kKind);
  if (!page) return Failure(page.error());
  boost::json::array all;
  for (const DeliveryRow& row : page->rows) {
    auto details = read_delivery(**database, context.caller(), row.public_id, kKind);
    if (!details) return Failure(details.error());
    boost::json::object view = delivery_view(row);
    view["url"] = details->body;
    view["attempt_list"] = attempts_view(details->attempts);
    all.push_back(std::move(view));
  }
  return context.list(
      "calls", all, {"id", "created_at", "type", "subject", "status", "attempts", "last_status", "last_error", "url"});
}

void add_verb_of_id(CLI::App& noun, Context& context, const char* name, const char* help, const char* example,
                    Result<void> (*run)(Context&, const std::string&)) {
  auto& verb = add_verb(noun, name, help, example);
  auto id = std::make_shared<std::string>();
  verb.add_option("id", *id, "pbk_…")->required();
  verb.callback([&context, id, run] { context.choose([&context, id, run] { return run(context, *id); }); });
}

void add_create(CLI::App& noun, Context& context) {
  auto& verb = add_verb(noun, "create", "Call a URL when an affiliate's conversions change",
                        "postback create --affiliate aff_01h… --url 'https://t.example/pb?cid={sub1}&sum={payout}'");
  auto fields = std::make_shared<NewAffiliatePostback>();
  verb.add_option("--affiliate", fields->affiliate, "aff_…: only this one's conversions");
  verb.add_option("--campaign", fields->campaign, "cmp_…, prg_… or off_…: only conversions of this campaign");
  verb.add_option("--url", fields->url,
                  "Called by GET; may hold {click_id} {sub1} … {sub5} {payout} {currency} {status} {conversion_id} "
                  "{campaign} {affiliate} {event} {goal} {timestamp}")
      ->required();
  verb.add_option("--on", fields->events,
                  "created, approved, rejected, restored, reversed or paid; may be repeated. Default: approved")
      ->allow_extra_args(false);
  verb.add_option("--description", fields->description, "For people");
  verb.callback([&context, fields] { context.choose([&context, fields] { return create(context, *fields); }); });
}

void add_reading(CLI::App& noun, Context& context) {
  auto& listing = add_verb(noun, "list", "Postbacks, newest first", "postback list --account acc_01h…");
  auto owners = std::make_shared<OwnerIds>();
  auto paging = std::make_shared<Paging>();
  listing.add_option("--account", owners->account, "acc_…");
  add_paging(listing, *paging);
  listing.callback([&context, owners, paging] {
    context.choose([&context, owners, paging] { return list(context, *owners, *paging); });
  });

  auto& told = add_verb(noun, "attempts", "What was called, or waits, with every attempt, newest first",
                        "postback attempts pbk_01h… --status failed");
  auto options = std::make_shared<AttemptsOptions>();
  told.add_option("id", options->postback, "pbk_…")->required();
  choose_from(told.add_option("--status", options->question.status, "Only those"),
              {"waiting", "delivered", "failed", "cancelled"});
  told.add_option("--limit", options->question.limit, "At most so many")
      ->check(CLI::Range(1, 1'000))
      ->capture_default_str();
  told.add_option("--offset", options->question.offset, "Leave out so many")->check(CLI::NonNegativeNumber);
  told.callback([&context, options] { context.choose([&context, options] { return attempts(context, *options); }); });
}

}  // namespace

void add_postback(CLI::App& app, Context& context) {
  auto& noun = add_noun(app, "postback", "Calls to affiliates' trackers (S2S), and how they went");
  add_create(noun, context);
  add_reading(noun, context);
  add_verb_of_id(noun, context, "show", "One postback", "postback show pbk_01h…", show);
  add_verb_of_id(noun, context, "enable", "Call again; earlier failures are forgotten", "postback enable pbk_01h…",
                 enable);
  add_verb_of_id(noun, context, "disable", "Call no more, and cancel what waits", "postback disable pbk_01h…", disable);
  add_verb_of_id(noun, context, "test",
                 "Call it with values of a test and say what came back; needs a core with the role deliver",
                 "postback test pbk_01h…", test);
}

}  // namespace footfall::core
