// Postbacks to affiliates' trackers (S2S). They are endpoints as webhooks are: what is shown of deliveries and attempts
// comes from the same actions.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <memory>

#include "core/actions/affiliate_postbacks.h"
#include "core/actions/reading/webhooks.h"
#include "core/cli/delivery_view.h"
#include "core/cli/endpoint_commands.h"
#include "core/cli/nouns.h"
#include "core/cli/views.h"

namespace footfall::core {
namespace {

constexpr auto kKind = EndpointKind::postback;

boost::json::object postback_view(const WebhookRow& row) {
  boost::json::object view = endpoint_view(row);
  view["affiliate"] = text_or_null(row.affiliate_public_id);
  view["campaign"] = text_or_null(row.campaign_public_id);
  return view;
}
constexpr EndpointNoun kPostback = {kKind, "pbk_…", postback_view};

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

// The calls of a postback, each with its URL and its attempts.
Result<void> attempts(Context& context, const std::string& postback, const DeliveryQuestion& question) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto page = read_deliveries(**database, context.caller(), postback, question, kKind);
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

void add_create(Command noun, Context& context) {
  Command verb =
      noun.add_verb("create", "Call a URL when an affiliate's conversions change",
                    "postback create --affiliate aff_01h… --url 'https://t.example/pb?cid={sub1}&sum={payout}'");
  auto fields = std::make_shared<NewAffiliatePostback>();
  verb.add_option("--affiliate", fields->affiliate, "aff_…: only this one's conversions");
  verb.add_option("--campaign", fields->campaign, "cmp_…, prg_… or off_…: only conversions of this campaign");
  verb.add_option("--url", fields->url,
                  "Called by GET; may hold {click_id} {sub1} … {sub5} {payout} {currency} {status} {conversion_id} "
                  "{campaign} {affiliate} {event} {goal} {timestamp}")
      .required();
  verb.add_option("--on", fields->events,
                  "created, approved, rejected, restored, reversed or paid; may be repeated. Default: approved")
      .one_value_each_time();
  verb.add_option("--description", fields->description, "For people");
  verb.callback([&context, fields] { context.choose([&context, fields] { return create(context, *fields); }); });
}

}  // namespace

void add_postback(Command app, Context& context) {
  Command noun = app.add_noun("postback", "Calls to affiliates' trackers (S2S), and how they went");
  add_create(noun, context);
  add_endpoint_list(noun, context, {"list", "Postbacks, newest first", "postback list --account acc_01h…"}, list);
  add_endpoint_deliveries(noun, context, kPostback,
                          {"attempts", "What was called, or waits, with every attempt, newest first",
                           "postback attempts pbk_01h… --status failed"},
                          1'000, attempts);
  add_endpoint_verb(noun, context, kPostback, {"show", "One postback", "postback show pbk_01h…"}, read_webhook);
  add_endpoint_verb(noun, context, kPostback,
                    {"enable", "Call again; earlier failures are forgotten", "postback enable pbk_01h…"},
                    enable_webhook);
  add_endpoint_verb(noun, context, kPostback,
                    {"disable", "Call no more, and cancel what waits", "postback disable pbk_01h…"}, disable_webhook);
  add_endpoint_ping(noun, context, kPostback,
                    {"test", "Call it with values of a test and say what came back; needs a core with the role deliver",
                     "postback test pbk_01h…"});
}

}  // namespace footfall::core
