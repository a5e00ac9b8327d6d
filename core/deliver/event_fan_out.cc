// Most events belong to accounts without endpoints: those cost one DELETE and one look at the endpoints for the whole
// batch. Subjects are loaded only for what somebody wants.
#include "core/deliver/event_fan_out.h"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "core/actions/webhook_body.h"
#include "core/deliver/messages.h"
#include "core/deliver/postback_fan_out.h"
#include "core/domain/event_types.h"
#include "core/domain/webhook_events.h"
#include "core/storage/campaigns.h"
#include "core/storage/events_out.h"
#include "core/storage/webhook_deliveries.h"
#include "proto/base/logging.h"

namespace footfall::core {
namespace {

std::string member_of(std::string_view payload, std::string_view name) {
  boost::system::error_code error;
  const auto parsed = boost::json::parse(boost::json::string_view(payload.data(), payload.size()), error);
  if (error || !parsed.is_object()) return "";
  const auto* value = parsed.get_object().if_contains(boost::json::string_view(name.data(), name.size()));
  return value && value->is_string() ? std::string(value->get_string()) : "";
}

Result<EventSubject> load_affiliate_subject(Database& database, const Scope& scope, const TakenEvent& event) {
  EventSubject subject;
  auto affiliate = load_affiliate(database, scope, event.subject);
  if (!affiliate) return Failure(affiliate.error());
  subject.affiliate = std::move(*affiliate);
  const std::string campaign_id = member_of(event.payload, "campaign");
  if (campaign_id.empty()) return subject;
  auto campaign = load_campaign(database, scope, campaign_id);
  if (!campaign) return Failure(campaign.error());
  auto enrolment = find_enrolment(database, campaign->id, subject.affiliate->id);
  if (!enrolment) return Failure(enrolment.error());
  subject.enrolment = std::move(*enrolment);
  return subject;
}

Result<EventSubject> load_payout_subject(Database& database, const Scope& scope, std::string_view public_id) {
  EventSubject subject;
  auto payout = load_payout(database, scope, public_id);
  if (!payout) return Failure(payout.error());
  ConversionFilter filter;
  filter.account = payout->account;
  filter.payout_id = static_cast<std::int64_t>(payout->id.value);
  filter.limit = static_cast<int>(payout->conversions);
  auto conversions = list_conversions(database, filter);
  if (!conversions) return Failure(conversions.error());
  for (const ConversionRow& row : *conversions) subject.paid.push_back(row.public_id);
  subject.payout = std::move(*payout);
  return subject;
}

Result<EventSubject> load_subject(Database& database, const TakenEvent& event) {
  const Scope scope{event.account, event.mode};
  EventSubject subject;
  if (event.type.starts_with("conversion.")) {
    auto conversion = load_conversion(database, scope, event.subject, false);
    if (!conversion) return Failure(conversion.error());
    subject.conversion = std::move(*conversion);
  } else if (event.type.starts_with("affiliate.")) {
    auto affiliate = load_affiliate_subject(database, scope, event);
    if (!affiliate) return affiliate;
    subject = std::move(*affiliate);
  } else if (event.type.starts_with("promo.")) {
    auto promo = load_promo(database, scope, event.subject);
    if (!promo) return Failure(promo.error());
    subject.promo = std::move(*promo);
  } else if (event.type == event::kPayoutCreated) {
    return load_payout_subject(database, scope, event.subject);
  }
  apply_payload(subject, event.payload);
  return subject;
}

bool is_wanted(const WebhookRow& endpoint, const TakenEvent& event, std::string_view name) {
  return endpoint.kind == EndpointKind::webhook && endpoint.account == event.account && endpoint.mode == event.mode &&
         endpoint.wants(name);
}

// Loads the subject when it is asked for; none if it does not exist any more.
Result<bool> need_subject(Database& database, const TakenEvent& event, std::optional<EventSubject>& subject) {
  if (subject) return true;
  auto loaded = load_subject(database, event);
  if (!loaded && loaded.error().kind == ErrorKind::not_found) {
    log_warn("deliver.subject_missing", {{"event", event.type}, {"subject", event.subject}});
    return false;
  }
  if (!loaded) return Failure(loaded.error());
  subject = std::move(*loaded);
  return true;
}

// Adds the webhooks of one event, and the calls of postbacks.
Result<void> translate(Database& database, const TakenEvent& event, const std::vector<WebhookRow>& endpoints,
                       std::vector<NewWebhookEvent>& webhooks) {
  std::optional<EventSubject> subject;
  const auto owner = std::find_if(endpoints.begin(), endpoints.end(),
                                  [&](const WebhookRow& endpoint) { return endpoint.account == event.account; });
  if (owner == endpoints.end()) return {};
  for (const std::string_view name : webhook_events_of(owner->account_dialect, event.type)) {
    NewWebhookEvent webhook;
    for (const WebhookRow& endpoint : endpoints) {
      if (is_wanted(endpoint, event, name)) webhook.to.push_back(endpoint.id);
    }
    if (webhook.to.empty()) continue;
    auto needed = need_subject(database, event, subject);
    if (!needed) return Failure(needed.error());
    if (!*needed) return {};
    const auto data = message_data(owner->account_dialect, name, *subject);
    if (!data) continue;
    webhook.public_id = wire::new_public_id("evt_");
    webhook.account = event.account;
    webhook.mode = event.mode;
    webhook.type = name;
    webhook.subject = event.subject;
    webhook.body = webhook_body(owner->account_dialect, {webhook.public_id, name, event.mode, event.created_us}, *data);
    webhooks.push_back(std::move(webhook));
  }
  if (std::none_of(endpoints.begin(), endpoints.end(), [&](const auto& one) { return is_postback_of(one, event); })) {
    return {};
  }
  auto needed = need_subject(database, event, subject);
  if (!needed) return Failure(needed.error());
  if (!*needed || !subject->conversion) return {};
  add_postbacks(event, endpoints, *subject->conversion, webhooks);
  return {};
}

}  // namespace

Result<FanOutReport> fan_out_events(Database& database, int events_max) {
  return database.transaction<FanOutReport>([&]() -> Result<FanOutReport> {
    auto events = take_events(database, events_max);
    if (!events) return Failure(events.error());
    FanOutReport report{static_cast<std::int64_t>(events->size()), 0};
    if (events->empty()) return report;
    std::vector<std::uint64_t> accounts;
    for (const TakenEvent& event : *events) accounts.push_back(event.account.value);
    std::sort(accounts.begin(), accounts.end());
    accounts.erase(std::unique(accounts.begin(), accounts.end()), accounts.end());
    auto endpoints = active_webhooks(database, accounts);
    if (!endpoints) return Failure(endpoints.error());
    std::vector<NewWebhookEvent> webhooks;
    for (const TakenEvent& event : *events) {
      if (auto done = translate(database, event, *endpoints, webhooks); !done) return Failure(done.error());
    }
    if (webhooks.empty()) return report;
    if (auto stored = insert_webhook_events(database, webhooks); !stored) return Failure(stored.error());
    report.webhooks = static_cast<std::int64_t>(webhooks.size());
    return report;
  });
}

}  // namespace footfall::core
