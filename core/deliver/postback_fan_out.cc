#include "core/deliver/postback_fan_out.h"

#include <algorithm>

#include "core/domain/event_types.h"
#include "core/domain/money.h"
#include "core/domain/postback_url.h"
#include "core/storage/click_reads.h"
#include "proto/wire/dialect.h"

namespace footfall::core {
namespace {

// A conversion that credits nobody concerns no affiliate; one that credited somebody until now does. The public ids are
// those of the time of the event.
bool concerns(const WebhookRow& endpoint, const ConversionRow& conversion) {
  if (conversion.affiliate_public_id.empty()) return false;
  if (!conversion.attributed && !conversion.commission_currency) return false;
  return (!endpoint.affiliate || endpoint.affiliate_public_id == conversion.affiliate_public_id) &&
         (!endpoint.campaign || endpoint.campaign_public_id == conversion.campaign_public_id);
}

PostbackValues values_of(const TakenEvent& event, const ConversionRow& conversion, wire::Dialect dialect) {
  PostbackValues values;
  const auto click = wire::parse_uuid(conversion.click_id.value_or(""));
  if (click) values.click_id = wire::format_click_id(dialect, *click);
  const std::string currency = conversion.commission_currency.value_or("");
  values.payout =
      format_minor(conversion.commission_minor - conversion.reversed_minor, currency_exponent(currency).value_or(2));
  values.currency = currency;
  values.status = status_name(conversion.status);
  values.conversion_id = conversion.public_id;
  values.campaign = conversion.campaign_public_id;
  values.affiliate = conversion.affiliate_public_id;
  values.event = event::postback_event(event.type);
  values.goal = conversion.goal;
  values.timestamp = std::to_string(event.created_us / 1'000'000);
  return values;
}

}  // namespace

bool is_postback_of(const WebhookRow& endpoint, const TakenEvent& event) {
  const std::string_view name = event::postback_event(event.type);
  return endpoint.kind == EndpointKind::postback && !name.empty() && endpoint.account == event.account &&
         endpoint.mode == event.mode && endpoint.wants(name);
}

void add_postbacks(const TakenEvent& event, const std::vector<WebhookRow>& endpoints, const ConversionRow& conversion,
                   std::vector<NewWebhookEvent>& calls) {
  std::optional<PostbackValues> values;
  for (const WebhookRow& endpoint : endpoints) {
    if (!is_postback_of(endpoint, event) || !concerns(endpoint, conversion)) continue;
    if (!values) values = values_of(event, conversion, endpoint.account_dialect);
    NewWebhookEvent call;
    call.public_id = wire::new_public_id("evt_");
    call.account = event.account;
    call.mode = event.mode;
    call.type = event.type;
    call.subject = event.subject;
    call.body = expand_postback(endpoint.url, *values);
    call.to = {endpoint.id};
    calls.push_back(std::move(call));
  }
}

Result<std::string> url_of_call(Database& database, const DueDelivery& due) {
  if (!names_subs(due.body)) return due.body;
  auto conversion = load_conversion(database, Scope{due.endpoint.account, due.endpoint.mode}, due.subject, false);
  if (!conversion) return Failure(conversion.error());
  PostbackSubs subs;
  const auto id = *conversion ? wire::parse_uuid((*conversion)->click_id.value_or("")) : std::nullopt;
  if (!id) return expand_subs(due.body, subs);
  auto clicks = find_stored_clicks(database, *id);
  if (!clicks) return Failure(clicks.error());
  for (const StoredClick& click : *clicks) {
    if (click.account != due.endpoint.account || click.mode != due.endpoint.mode) continue;
    for (std::size_t i = 0; i < subs.size(); ++i) subs[i] = click.sub[i].value_or("");
  }
  return expand_subs(due.body, subs);
}

}  // namespace footfall::core
