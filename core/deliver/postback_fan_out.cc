#include "core/deliver/postback_fan_out.h"

#include <algorithm>

#include "core/domain/event_types.h"
#include "core/domain/money.h"
#include "core/domain/postback_url.h"
#include "core/storage/click_reads.h"
#include "proto/wire/dialect.h"

namespace footfall::core {
namespace {

// A conversion that credits nobody concerns no affiliate; one that credited somebody until now does.
bool concerns(const WebhookRow& endpoint, const ConversionRow& conversion) {
  if (!conversion.affiliate || !(conversion.attributed || conversion.commission_currency)) return false;
  return (!endpoint.affiliate || endpoint.affiliate == conversion.affiliate) &&
         (!endpoint.campaign || endpoint.campaign == conversion.campaign);
}

Result<void> add_click(Database& database, const ConversionRow& conversion, wire::Dialect dialect,
                       PostbackValues& values) {
  const auto id = wire::parse_uuid(conversion.click_id.value_or(""));
  if (!id) return {};
  values.click_id = wire::format_click_id(dialect, *id);
  auto clicks = find_stored_clicks(database, *id);
  if (!clicks) return Failure(clicks.error());
  for (const StoredClick& click : *clicks) {
    if (click.account != conversion.account || click.mode != conversion.mode) continue;
    for (std::size_t i = 0; i < values.sub.size(); ++i) values.sub[i] = click.sub[i].value_or("");
  }
  return {};
}

Result<PostbackValues> values_of(Database& database, const TakenEvent& event, const ConversionRow& conversion,
                                 wire::Dialect dialect) {
  PostbackValues values;
  if (auto added = add_click(database, conversion, dialect, values); !added) return Failure(added.error());
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

Result<void> add_postbacks(Database& database, const TakenEvent& event, const std::vector<WebhookRow>& endpoints,
                           const ConversionRow& conversion, std::vector<NewWebhookEvent>& calls) {
  std::optional<PostbackValues> values;
  for (const WebhookRow& endpoint : endpoints) {
    if (!is_postback_of(endpoint, event) || !concerns(endpoint, conversion)) continue;
    if (!values) {
      auto read = values_of(database, event, conversion, endpoint.account_dialect);
      if (!read) return Failure(read.error());
      values = std::move(*read);
    }
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
  return {};
}

}  // namespace footfall::core
