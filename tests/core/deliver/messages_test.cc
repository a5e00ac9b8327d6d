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
                          event::kAffiliateJoined, event::kAffiliateApproved, event::kPayoutCreated}) {
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
            R"({"id":"po_abc123","affiliate_id":"aff_xyz","conversion_ids":["conv_abc123"],"amount":9.99,)"
            R"("currency":"EUR"})");
  EXPECT_NE(message_data(kBaClique, "conversion.approved", paid)->find("\"status\":\"approved\""), std::string::npos);
  auto held = sale();
  apply_payload(held, R"({"review":true,"rejection_reason":"own purchase"})");
  EXPECT_EQ(message_data(kBaClique, "conversion.created", held), message_data(kBaClique, "conversion.created", sale()));
  auto yen = sale();
  yen.conversion->currency = "JPY";
  EXPECT_NE(message_data(kBaClique, "conversion.created", yen)->find("\"amount\":9999,"), std::string::npos);
}

// BA-42
TEST(WebhookMessages, BaCliqueTellsOfAPayoutOnce) {
  auto paid = sale();
  paid.conversion->status = ConversionStatus::paid;
  paid.conversion->payout_public_id = "po_7";
  EXPECT_FALSE(message_data(kBaClique, "payout.created", paid).has_value()) << "its payout is told";
  EventSubject subject;
  subject.payout.emplace();
  subject.payout->public_id = "po_7";
  subject.payout->affiliate_public_id = "aff_xyz";
  subject.payout->currency = "EUR";
  subject.payout->commissions_minor = 1'500;
  subject.payout->deducted_minor = 250;
  subject.paid = {"conv_2", "conv_1"};
  EXPECT_EQ(message_data(kBaClique, "payout.created", subject),
            R"({"id":"po_7","affiliate_id":"aff_xyz","conversion_ids":["conv_2","conv_1"],"amount":12.50,)"
            R"("currency":"EUR"})");
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

// SE-65
TEST(WebhookMessages, SelgeoTellsWhatIsHeldAndWhyItWasRejected) {
  const auto told = [](const EventSubject& subject, std::string_view part) {
    return message_data(kSelgeo, "conversion.created", subject)->find(part) != std::string::npos &&
           message_data(kSelgeo, "commission.created", subject)->find(part) != std::string::npos;
  };
  auto subject = sale();
  ConversionRow& row = *subject.conversion;
  EXPECT_TRUE(told(subject, R"("review":false,"rejection_reason":null)"));
  row.review = true;
  EXPECT_TRUE(told(subject, R"("review":true,"rejection_reason":null)"));
  row.review = false;
  row.disputed = true;
  EXPECT_TRUE(told(subject, R"("review":true,)")) << "the operator holds it";
  apply_payload(subject, R"({"status":"rejected","review":false,"rejection_reason":"own purchase"})");
  EXPECT_TRUE(told(subject, R"("review":false,"rejection_reason":"own purchase")"));
  row.status = ConversionStatus::pending;
  EXPECT_TRUE(told(subject, R"("rejection_reason":null)")) << "it was rejected after this event";
  apply_payload(subject, R"({"review":true,"rejection_reason":null})");
  EXPECT_TRUE(row.review);
  EXPECT_FALSE(row.rejection_reason.has_value());
  apply_payload(subject, R"({"reason":"click"})");
  EXPECT_TRUE(row.review) << "an event of before says nothing of it";
}

TEST(WebhookMessages, AnEventTellsWhatWasSoThen) {
  EventSubject subject = sale();
  ConversionRow& row = *subject.conversion;
  apply_payload(subject, R"({"status":"rejected","commission_minor":5,"reversed_minor":3,"reason":"click_not_human"})");
  EXPECT_EQ(row.status, ConversionStatus::rejected);
  EXPECT_EQ(row.commission_minor, 5);
  EXPECT_EQ(row.reversed_minor, 3);
  EXPECT_EQ(row.reason, "click_not_human");
  apply_payload(subject, "[]");
  apply_payload(subject, R"({"status":"strange","commission_minor":"7"})");
  EXPECT_EQ(row.status, ConversionStatus::rejected);
  EXPECT_EQ(row.commission_minor, 5);
  EXPECT_TRUE(row.attributed);
  EXPECT_EQ(row.affiliate_public_id, "aff_xyz");
  apply_payload(subject, R"({"attributed":false,"affiliate":null,"campaign":"","commission_currency":null})");
  EXPECT_FALSE(row.attributed);
  EXPECT_EQ(row.affiliate_public_id + row.campaign_public_id, "");
  EXPECT_FALSE(row.commission_currency.has_value());
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
