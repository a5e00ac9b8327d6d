// BACX-24, and what each dialect says.
#include "core/deliver/messages.h"

#include <gtest/gtest.h>

#include "core/actions/webhook_body.h"
#include "core/domain/event_types.h"
#include "core/domain/webhook_events.h"

namespace footfall::core {
namespace {

constexpr auto kSelgeo = wire::Dialect::selgeo;
constexpr auto kBaClique = wire::Dialect::baclique;

EventSubject sale() {
  ConversionRow row;
  row.public_id = "conv_abc123";
  row.campaign_public_id = "cmp_abc123";
  row.affiliate_public_id = "aff_xyz";
  row.external_id = "order \"7\"";
  row.attributed = true;
  row.reason = "click";
  row.amount_minor = 9'999;
  row.currency = "EUR";
  row.commission_minor = 999;
  row.commission_currency = "EUR";
  EventSubject subject;
  subject.conversion = row;
  return subject;
}

TEST(WebhookMessages, TheSixEventsOfBaClique) {
  std::vector<std::string_view> told;
  for (const auto type : {event::kConversionCreated, event::kConversionApproved, event::kConversionRejected,
                          event::kAffiliateJoined, event::kAffiliateApproved, event::kConversionPaid}) {
    for (const auto name : webhook_events_of(kBaClique, type)) told.push_back(name);
  }
  EXPECT_EQ(told, std::vector<std::string_view>(webhook_events(kBaClique).begin(), webhook_events(kBaClique).end()));
  EXPECT_TRUE(webhook_events_of(kBaClique, event::kCampaignCreated).empty());
  EXPECT_FALSE(has_webhooks(wire::Dialect::affspace));
}

TEST(WebhookMessages, EveryNameThatSelgeoTellsCanBeAskedFor) {
  const auto names = webhook_events(kSelgeo);
  for (const auto type :
       {event::kConversionCreated, event::kConversionAttributed, event::kConversionApproved, event::kConversionRejected,
        event::kConversionRestored, event::kConversionReversed, event::kConversionPaid, event::kAffiliateApplied,
        event::kAffiliateApproved, event::kAffiliateRejected, event::kAffiliateJoined, event::kAffiliateSuspended,
        event::kAffiliateReactivated, event::kAffiliateRemoved, event::kAffiliateUpdated, event::kAffiliateErased,
        event::kPromoCreated, event::kPromoUpdated}) {
    EXPECT_FALSE(webhook_events_of(kSelgeo, type).empty()) << type;
    for (const auto name : webhook_events_of(kSelgeo, type)) {
      EXPECT_NE(std::find(names.begin(), names.end(), name), names.end()) << name;
    }
  }
}

TEST(WebhookMessages, BaCliqueTellsAmountsInMajorUnits) {
  EXPECT_EQ(
      message_data(kBaClique, "conversion.created", sale()),
      R"({"id":"conv_abc123","campaign_id":"cmp_abc123","affiliate_id":"aff_xyz","amount":99.99,"currency":"EUR",)"
      R"("commission":9.99,"external_id":"order \"7\"","status":"pending"})");
  auto paid = sale();
  paid.conversion->status = ConversionStatus::paid;
  EXPECT_EQ(message_data(kBaClique, "payout.created", paid),
            R"({"id":"po_abc123","campaign_id":"cmp_abc123","affiliate_id":"aff_xyz","conversion_id":"conv_abc123",)"
            R"("amount":9.99,"currency":"EUR"})");
  EXPECT_NE(message_data(kBaClique, "conversion.approved", paid)->find("\"status\":\"approved\""), std::string::npos);
  auto yen = sale();
  yen.conversion->currency = "JPY";
  EXPECT_NE(message_data(kBaClique, "conversion.created", yen)->find("\"amount\":9999,"), std::string::npos);
}

TEST(WebhookMessages, SelgeoTellsCentsAndCommissionsOnlyWhereOneIsEarned) {
  const auto told = message_data(kSelgeo, "conversion.created", sale());
  EXPECT_NE(told->find(R"("amount_cents":9999,"currency":"EUR","commission":{"amount_cents":999,)"), std::string::npos)
      << *told;
  EXPECT_TRUE(message_data(kSelgeo, "commission.created", sale()).has_value());
  auto unattributed = sale();
  unattributed.conversion->attributed = false;
  EXPECT_FALSE(message_data(kSelgeo, "commission.created", unattributed).has_value());
  EXPECT_NE(message_data(kSelgeo, "conversion.created", unattributed)->find("\"commission\":null"), std::string::npos);
}

TEST(WebhookMessages, AnEventTellsWhatWasSoThen) {
  ConversionRow row = *sale().conversion;
  row.status = ConversionStatus::pending;
  apply_payload(row, R"({"status":"rejected","commission_minor":5,"reversed_minor":3,"reason":"click"})");
  EXPECT_EQ(row.status, ConversionStatus::rejected);
  EXPECT_EQ(row.commission_minor, 5);
  EXPECT_EQ(row.reversed_minor, 3);
  apply_payload(row, "[]");
  apply_payload(row, R"({"status":"strange","commission_minor":"7"})");
  EXPECT_EQ(row.status, ConversionStatus::rejected);
  EXPECT_EQ(row.commission_minor, 5);
}

TEST(WebhookMessages, Envelopes) {
  const WebhookHead head{"evt_1", "conversion.created", wire::Mode::test, 1'705'765'200'123'000};
  EXPECT_EQ(webhook_body(kBaClique, head, "{}"),
            R"({"id":"evt_1","type":"conversion.created","created":1705765200,"data":{}})");
  EXPECT_EQ(webhook_body(kSelgeo, head, "{}"),
            R"({"id":"evt_1","type":"conversion.created","api_version":"v1","mode":"test",)"
            R"("created_at":"2024-01-20T15:40:00.123Z","data":{}})");
}

}  // namespace
}  // namespace footfall::core
