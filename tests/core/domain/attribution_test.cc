// Whom a conversion credits: one test per rule, and the properties that hold for every mixture of evidence.
#include "core/domain/attribution.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "proto/wire/click.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kNow_us = 1'800'000'000'000'000;
constexpr std::int64_t kSecond_us = 1'000'000;

Earner earner(std::uint64_t affiliate = 7) {
  Earner result;
  result.campaign = wire::CampaignId{3};
  result.affiliate = wire::AffiliateId{affiliate};
  result.campaign_active = true;
  result.affiliate_active = true;
  result.window_s = 60;
  return result;
}

ClickEvidence click(std::int64_t age_us, std::uint64_t affiliate = 7) {
  ClickEvidence result;
  result.id.bytes[15] = static_cast<std::uint8_t>(affiliate);
  result.received_us = kNow_us - age_us;
  result.earner = earner(affiliate);
  return result;
}

Attribution judge(std::vector<ClickEvidence> clicks) {
  return attribute({.click_given = true, .clicks = clicks}, kNow_us);
}

TEST(Attribution, AReportThatNamesItsCampaignTakesNoClickOfAnother) {
  const std::vector<ClickEvidence> clicks = {click(kSecond_us)};
  EXPECT_TRUE(attribute({.click_given = true, .clicks = clicks, .campaign = wire::CampaignId{3}}, kNow_us).attributed);
  const Attribution other =
      attribute({.click_given = true, .clicks = clicks, .campaign = wire::CampaignId{4}}, kNow_us);
  EXPECT_FALSE(other.attributed);
  EXPECT_EQ(other.reason, AttributionReason::click_of_another_campaign);
  EXPECT_FALSE(other.earner.campaign);  // the conversion stays with the campaign that was named
}

TEST(Attribution, TakesAHumanClickInsideItsWindow) {
  const Attribution result = judge({click(59'999'999)});
  EXPECT_TRUE(result.attributed);
  EXPECT_EQ(result.method, AttributionMethod::click);
  EXPECT_EQ(reason_name(result.reason), "click_in_window");
  EXPECT_EQ(result.earner.affiliate.value, 7u);
  EXPECT_FALSE(result.explanation.empty());
}

TEST(Attribution, WindowIsInclusiveToTheMicrosecond) {
  EXPECT_TRUE(judge({click(60'000'000)}).attributed);
  const Attribution late = judge({click(60'000'001)});
  EXPECT_FALSE(late.attributed);
  EXPECT_EQ(late.reason, AttributionReason::click_expired);
}

TEST(Attribution, NoWindowNeverExpires) {
  ClickEvidence old = click(400LL * 86'400 * 1'000'000);
  old.earner.window_s.reset();
  EXPECT_TRUE(judge({old}).attributed);
}

TEST(Attribution, AClickFromTheFutureHasAgeZero) { EXPECT_TRUE(judge({click(-5'000'000)}).attributed); }

// FC-2: the report may arrive when the window is long over; only the sale's own time counts.
TEST(Attribution, TheSalesOwnTimeDecidesTheWindow) {
  const std::vector<ClickEvidence> clicks = {click(90 * kSecond_us)};
  EXPECT_EQ(attribute({.click_given = true, .clicks = clicks}, kNow_us).reason, AttributionReason::click_expired);
  EXPECT_TRUE(attribute({.click_given = true, .clicks = clicks}, kNow_us - 40 * kSecond_us).attributed);
}

TEST(Attribution, AClickAfterTheSaleDidNotLeadToIt) {
  const Attribution result = judge({click(-kClockDifferenceMax_us - 1)});
  EXPECT_FALSE(result.attributed);
  EXPECT_EQ(reason_name(result.reason), "click_after_sale");
  EXPECT_NE(result.explanation.find("5 minutes after the sale"), std::string::npos);
  EXPECT_TRUE(judge({click(-kClockDifferenceMax_us)}).attributed);  // clocks differ
}

TEST(Attribution, AnEarlierClickIsTakenInsteadOfOneAfterTheSale) {
  const Attribution result = judge({click(-400 * kSecond_us, 8), click(10 * kSecond_us, 7)});
  EXPECT_TRUE(result.attributed);
  EXPECT_EQ(result.earner.affiliate.value, 7u);
}

TEST(Attribution, SalesFarFromNowAreImplausible) {
  EXPECT_TRUE(is_plausible_sale_time(kNow_us, kNow_us));
  EXPECT_TRUE(is_plausible_sale_time(kNow_us - kSaleAgeMax_us, kNow_us));
  EXPECT_FALSE(is_plausible_sale_time(kNow_us - kSaleAgeMax_us - 1, kNow_us));
  EXPECT_TRUE(is_plausible_sale_time(kNow_us + kSaleAheadMax_us, kNow_us));
  EXPECT_FALSE(is_plausible_sale_time(kNow_us + kSaleAheadMax_us + 1, kNow_us));
  EXPECT_FALSE(is_plausible_sale_time(-62'135'596'800'000'000, kNow_us));  // year 1
  EXPECT_FALSE(is_plausible_sale_time(253'402'300'799'000'000, kNow_us));  // year 9999
}

// The later a sale, the older its clicks: no time of a sale makes a click eligible both before and after itself.
// SE-74: a subscription goes on.
TEST(Attribution, AFollowingConversionIsCreditedWhileItsEarnerMayEarn) {
  Earner earner = click(0, 1).earner;
  const Attribution credited = attribute_following(earner, AttributionMethod::click);
  EXPECT_TRUE(credited.attributed);
  EXPECT_EQ(credited.method, AttributionMethod::click);
  EXPECT_EQ(credited.reason, AttributionReason::earlier_conversion);
  EXPECT_EQ(credited.earner.affiliate, earner.affiliate);
  earner.affiliate_active = false;
  EXPECT_EQ(attribute_following(earner, AttributionMethod::click).reason, AttributionReason::affiliate_inactive);
  earner.campaign_active = false;
  const Attribution refused = attribute_following(earner, AttributionMethod::click);
  EXPECT_FALSE(refused.attributed);
  EXPECT_EQ(refused.reason, AttributionReason::campaign_inactive);
}

RC_GTEST_PROP(Attribution, AClickIsEligibleInOneIntervalOfSaleTimes, ()) {
  const auto age_us = *rc::gen::inRange<std::int64_t>(-600 * kSecond_us, 600 * kSecond_us);
  const bool eligible = judge({click(age_us)}).attributed;
  RC_ASSERT(eligible == (age_us >= -kClockDifferenceMax_us && age_us <= 60 * kSecond_us));
}

TEST(Attribution, RefusesWhatIsNotHuman) {
  for (const std::uint32_t verdict :
       {wire::kVerdictHead, wire::kVerdictPrefetch, wire::kVerdictNoAgent, wire::kVerdictOrigin, wire::kVerdictLimit,
        wire::kVerdictBot, wire::kVerdictNetwork, wire::kVerdictRevoked}) {
    ClickEvidence machine = click(1);
    machine.verdict = verdict;
    EXPECT_EQ(judge({machine}).reason, AttributionReason::click_not_human);
  }
}

TEST(Attribution, RefusesWhoMayNotEarn) {
  ClickEvidence paused = click(1);
  paused.earner.campaign_active = false;
  EXPECT_EQ(judge({paused}).reason, AttributionReason::campaign_inactive);
  ClickEvidence nobody = click(1, 0);
  EXPECT_EQ(judge({nobody}).reason, AttributionReason::click_credits_nobody);
  ClickEvidence suspended = click(1);
  suspended.earner.affiliate_active = false;
  EXPECT_EQ(judge({suspended}).reason, AttributionReason::affiliate_inactive);
}

TEST(Attribution, UnknownAndUnresolvedAreTold) {
  EXPECT_EQ(judge({}).reason, AttributionReason::click_unknown);
  EXPECT_EQ(attribute({.click_given = true, .click_may_still_come = true}, kNow_us).reason,
            AttributionReason::click_unresolved);
  EXPECT_EQ(attribute({}, kNow_us).reason, AttributionReason::no_signal);
}

TEST(Attribution, AConflictingClickIsHeldForReview) {
  ClickEvidence twice = click(1);
  twice.conflicting = true;
  const Attribution result = judge({twice});
  EXPECT_TRUE(result.attributed);
  EXPECT_TRUE(result.review);
}

Signals both(const std::vector<ClickEvidence>& clicks, Precedence precedence) {
  Signals signals{.click_given = true, .clicks = clicks, .code_given = true};
  signals.code = CodeEvidence{AttributionMethod::promo_code, true, earner(9)};
  signals.code->earner.precedence = precedence;
  return signals;
}

TEST(Attribution, ClickBeatsCodeUnlessTheProgramSaysOtherwise) {  // BA-4
  const std::vector<ClickEvidence> clicks = {click(1)};
  EXPECT_EQ(attribute(both(clicks, Precedence::click), kNow_us).method, AttributionMethod::click);
  EXPECT_EQ(attribute(both(clicks, Precedence::code), kNow_us).method, AttributionMethod::promo_code);
}

TEST(Attribution, TheOtherSignalStandsIn) {  // BA-4, BA-6
  const std::vector<ClickEvidence> expired = {click(61'000'000)};
  const Attribution result = attribute(both(expired, Precedence::click), kNow_us);
  EXPECT_EQ(result.method, AttributionMethod::promo_code);
  EXPECT_EQ(result.earner.affiliate.value, 9u);
  EXPECT_NE(result.explanation.find("The click was not used"), std::string::npos) << result.explanation;

  const std::vector<ClickEvidence> good = {click(1)};
  Signals signals = both(good, Precedence::code);
  signals.code->enabled = false;
  EXPECT_EQ(attribute(signals, kNow_us).method, AttributionMethod::click);
}

TEST(Attribution, TellsWhatItWasJudgedByAndWhomItPassedOver) {
  const std::vector<ClickEvidence> clicks = {click(kSecond_us, 7)};
  CodeEvidence code{.earner = earner(8)};
  const Attribution both =
      attribute({.click_given = true, .clicks = clicks, .code_given = true, .code = code}, kNow_us);
  EXPECT_EQ(both.window_s, 60);
  EXPECT_EQ(both.precedence, Precedence::click);
  ASSERT_TRUE(both.unused);
  EXPECT_EQ(both.unused->signal, AttributionMethod::promo_code);
  EXPECT_TRUE(both.unused->credits);
  EXPECT_EQ(both.unused->earner.affiliate.value, 8u);

  const std::vector<ClickEvidence> old = {click(61 * kSecond_us, 7)};
  const Attribution by_code =
      attribute({.click_given = true, .clicks = old, .code_given = true, .code = code}, kNow_us);
  EXPECT_EQ(by_code.method, AttributionMethod::promo_code);
  EXPECT_EQ(by_code.window_s, 60);  // of the click that was too old
  EXPECT_EQ(by_code.unused->signal, AttributionMethod::click);
  EXPECT_EQ(by_code.unused->reason, AttributionReason::click_expired);
  EXPECT_FALSE(by_code.unused->credits);

  EXPECT_FALSE(judge({click(kSecond_us)}).unused);
  EXPECT_FALSE(judge({click(kSecond_us)}).precedence);
}

TEST(Attribution, CodesUnknownAndDisabled) {
  Signals unknown{.code_given = true};
  EXPECT_EQ(attribute(unknown, kNow_us).reason, AttributionReason::code_unknown);
  Signals disabled{.code_given = true};
  disabled.code = CodeEvidence{AttributionMethod::promo_code, false, earner()};
  EXPECT_EQ(attribute(disabled, kNow_us).reason, AttributionReason::code_disabled);
}

// Any mixture of clicks: the winner is eligible, and no eligible click is later than it.
RC_GTEST_PROP(AttributionProperty, LastEligibleHumanClickWins, ()) {
  std::vector<ClickEvidence> clicks;
  const int count = *rc::gen::inRange(1, 8);
  for (int i = 0; i < count; ++i) {
    ClickEvidence next =
        click(*rc::gen::inRange<std::int64_t>(-10'000'000, 120'000'000), *rc::gen::inRange<std::uint64_t>(0, 4));
    next.verdict = *rc::gen::element(0u, 0u, 1u, 256u);
    next.earner.campaign_active = *rc::gen::element(true, true, false);
    next.earner.affiliate_active = *rc::gen::element(true, true, false);
    clicks.push_back(next);
  }
  const auto eligible = [](const ClickEvidence& c) {
    return c.verdict == 0 && c.earner.campaign_active && c.earner.affiliate && c.earner.affiliate_active &&
           kNow_us - c.received_us <= 60'000'000;
  };
  const Attribution result = judge(clicks);
  std::int64_t latest = INT64_MIN;
  for (const ClickEvidence& c : clicks) {
    if (eligible(c)) latest = std::max(latest, c.received_us);
  }
  RC_ASSERT(result.attributed == (latest != INT64_MIN));
  if (result.attributed) {
    bool found = false;
    for (const ClickEvidence& c : clicks) found |= eligible(c) && c.received_us == latest && c.id == *result.click;
    RC_ASSERT(found);
  }
  RC_ASSERT(!result.explanation.empty());
}

}  // namespace
}  // namespace footfall::core
