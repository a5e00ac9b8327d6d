// The events that leave: one for each change that others may be told of, in the transaction of the change.
#include "core/domain/event_types.h"

#include "core/actions/change_conversion.h"
#include "core/actions/conversion_rounds.h"
#include "core/actions/record_change.h"
#include "core/storage/events_out.h"
#include "proto/base/clock.h"
#include "tests/core/actions/provisioned.h"

namespace footfall::core {
namespace {

class EventsOut : public Provisioned {
 protected:
  // Types in their order, and removes them.
  std::string types() { return taken("string_agg(type, ' ' order by id)"); }
  std::string taken(const std::string& what) {
    auto rows = database_.query("with gone as (delete from events_out returning *) select coalesce(" + what +
                                ", '') from gone");
    EXPECT_TRUE(rows.has_value()) << rows.error().message;
    return std::string(rows->text(0, 0));
  }
};

TEST_F(EventsOut, CampaignsAndAffiliatesTellOfThemselves) {
  const auto owner = account();
  EXPECT_EQ(types(), "") << "an account is nobody else's business";
  const auto made = campaign(owner);
  EXPECT_EQ(taken("string_agg(type || ' ' || subject || ' ' || mode || ' ' || account_id, ',')"),
            "campaign.created " + made.row.public_id + " live " + std::to_string(owner.id.value));
  CampaignFields pause;
  pause.status = "paused";
  ASSERT_TRUE(update_campaign(database_, kOperator, made.row.public_id, pause).has_value());
  EXPECT_EQ(taken("string_agg(type || ' ' || (payload->>'status'), ',')"), "campaign.updated paused");

  const auto joined = join(made, "jane@blog.example");
  ASSERT_TRUE(joined.has_value()) << joined.error().message;
  EXPECT_EQ(types(), "affiliate.joined");
  const auto applied =
      join_affiliate(database_, kOperator, {made.row.public_id, "joe@x.example", "Joe", "pending", {}, {}});
  ASSERT_TRUE(applied.has_value()) << applied.error().message;
  const auto set = [&](const char* status) {
    return set_enrolment_status(database_, kOperator, made.row.public_id, applied->affiliate.public_id, status);
  };
  for (const char* status : {"active", "SUSPENDED", " Active", "removed"})
    ASSERT_TRUE(set(status).has_value()) << status;
  ASSERT_TRUE(set("removed").has_value()) << "changes nothing";
  EXPECT_EQ(types(),
            "affiliate.applied affiliate.approved affiliate.suspended affiliate.reactivated affiliate.removed");
}

TEST_F(EventsOut, AConversionTellsOfEveryStep) {
  const auto owner = account();
  const auto made = campaign(owner);
  ASSERT_TRUE(join(made, "jane@blog.example", "summer24").has_value());
  ASSERT_TRUE(database_
                  .execute("insert into promo_codes (public_id, account_id, mode, code, code_fold, campaign_id, "
                           "affiliate_id) select 'prm_1', c.account_id, 'live', 'SAVE', 'save', c.id, a.id "
                           "from campaigns c, affiliates a")
                  .has_value());
  (void)types();
  const Caller caller = key_of(owner, wire::Mode::live);
  ConversionReport report;
  report.promo_code = "SAVE";
  report.external_id = "order-1";
  report.amount_minor = 1'000;
  report.currency = "EUR";
  report.received_us = system_clock().wall_us();
  ConversionRounds rounds(system_clock(), url_);
  auto booked = rounds.record(database_, caller, report);
  ASSERT_TRUE(booked.has_value() && booked->outcome == RecordOutcome::booked);
  ASSERT_TRUE(rounds.record(database_, caller, report).has_value()) << "a duplicate";
  const std::string id = booked->conversion.public_id;
  EXPECT_EQ(taken("string_agg(type || ' ' || subject || ' ' || (payload->>'status') || ' ' || "
                  "(payload->>'commission_minor') || ' ' || (payload->>'commission_currency'), ',')"),
            "conversion.created " + id + " pending 100 EUR");
  using enum ConversionVerb;
  for (const auto verb : {reject, restore, approve, pay}) {
    ConversionChange change;
    change.public_id = id;
    change.verb = verb;
    ASSERT_TRUE(change_conversion(database_, kOperator, change).has_value());
  }
  ConversionChange part;
  part.public_id = id;
  part.verb = reverse;
  part.part_minor = 40;
  ASSERT_TRUE(change_conversion(database_, kOperator, part).has_value());
  part.part_minor = 1'000;
  ASSERT_FALSE(change_conversion(database_, kOperator, part).has_value());
  EXPECT_EQ(
      taken("string_agg(type || ' ' || (payload->>'status') || ' ' || (payload->>'reversed_minor'), ',' order by id)"),
      "conversion.rejected rejected 0,conversion.restored pending 0,conversion.approved approved 0,"
      "conversion.paid paid 0,conversion.reversed paid 40");
}

TEST_F(EventsOut, NothingIsToldOfWhatIsRolledBack) {
  const auto owner = account();
  const std::int64_t audited = number("select count(*) from audit");
  auto done = database_.transaction<bool>([&]() -> Result<bool> {
    auto recorded = record_change(database_, kOperator,
                                  {owner.id, wire::Mode::live, "link.create", "lnk_1", {}, event::kLinkCreated});
    EXPECT_TRUE(recorded.has_value());
    return invalid("never mind");
  });
  EXPECT_FALSE(done.has_value());
  EXPECT_EQ(types(), "");
  EXPECT_EQ(number("select count(*) from audit"), audited);
}

TEST_F(EventsOut, WhatNobodyTookGoesInTime) {
  (void)campaign(account());
  auto kept = trim_events(database_, system_clock().wall_us() - 60'000'000);
  ASSERT_TRUE(kept.has_value()) << kept.error().message;
  EXPECT_EQ(*kept, 0);
  EXPECT_EQ(*trim_events(database_, system_clock().wall_us() + 60'000'000), 1);
}

}  // namespace
}  // namespace footfall::core
