// What webhooks say of events (COMMON.md D-50).
#include "core/deliver/event_fan_out.h"

#include "core/actions/promos.h"
#include "core/actions/webhooks.h"
#include "tests/core/actions/provisioned.h"

namespace footfall::core {
namespace {

class EventFanOut : public Provisioned {
 protected:
  AccountRow owner_ = account();
  Campaign program_ = campaign(owner_);

  void SetUp() override {
    ASSERT_TRUE(create_webhook(database_, kOperator, {SecretsKeys{sha256("a key"), {}}, true},
                               {owner_.public_id, wire::Mode::live, "http://127.0.0.1:1/", "", {}}));
  }
};

// Each body is written from what was so when the event happened, whatever has changed by the time it is told.
TEST_F(EventFanOut, TellsOfTheTimeOfTheEvent) {
  const auto joined = join(program_, "jane@blog.example", "jane");
  ASSERT_TRUE(joined.has_value());
  const std::string jane = joined->affiliate.public_id;
  const auto told = [&](const std::string& type, const std::string& name) {
    auto rows = database_.query("select body::json->'data'->>$2 from webhook_events where type = $1", {type, name});
    EXPECT_TRUE(rows.has_value() && rows->size() == 1) << type;
    return rows && rows->size() == 1 ? std::string(rows->text(0, 0)) : "";
  };
  const auto promo = create_promo(database_, kOperator, {program_.row.public_id, jane, "SAVE"});
  ASSERT_TRUE(promo.has_value()) << promo.error().message;
  ASSERT_TRUE(update_affiliate(database_, kOperator, jane, {"joan@blog.example", "Joan"}));
  ASSERT_TRUE(set_affiliate_status(database_, kOperator, jane, "suspended"));
  ASSERT_TRUE(set_affiliate_status(database_, kOperator, jane, "active"));
  ASSERT_TRUE(set_promo_status(database_, kOperator, promo->public_id, "disabled"));
  ASSERT_TRUE(set_enrolment_status(database_, kOperator, program_.row.public_id, jane, "removed"));
  ASSERT_TRUE(fan_out_events(database_, 1'000).has_value());
  EXPECT_EQ(told("partner.joined", "email"), "jane@blog.example");
  EXPECT_EQ(told("partner.joined", "program_status"), "active");
  EXPECT_EQ(told("promo_code.created", "status"), "active");
  EXPECT_EQ(told("partner.updated", "name"), "Joan");
  EXPECT_EQ(told("partner.suspended", "status"), "suspended");
  EXPECT_EQ(told("promo_code.updated", "status"), "disabled");
  EXPECT_EQ(told("partner.removed", "email"), "joan@blog.example");
  EXPECT_EQ(told("partner.removed", "program_status"), "removed");
}

TEST_F(EventFanOut, TellsNameAndAddressOfNobodyWhoWasErasedSince) {
  const auto joined = join(program_, "jane@blog.example", "jane");
  ASSERT_TRUE(joined.has_value());
  ASSERT_TRUE(erase_affiliate(database_, kOperator, joined->affiliate.public_id));
  EXPECT_EQ(number("select count(*) from events_out where payload::text ilike '%jane@%'"), 0);
  ASSERT_TRUE(fan_out_events(database_, 1'000).has_value());
  EXPECT_EQ(number("select count(*) from webhook_events where body ilike '%jane@%'"), 0);
  EXPECT_EQ(number("select count(*) from webhook_events where type = 'partner.joined'"), 1);
  EXPECT_EQ(
      number("select count(*) from webhook_events where type = 'partner.erased' and body like '%@erased.invalid%'"), 1);
  EXPECT_EQ(number("select count(*) from webhook_events where type = 'partner.removed'"), 0);
}

}  // namespace
}  // namespace footfall::core
