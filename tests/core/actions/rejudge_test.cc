// Stored clicks judged again (COMMON.md D-44, PROTOCOL.md 13): figures equal a fresh count, money follows through the
// ledger, and twice is once.
#include <random>

#include "core/storage/erasures.h"
#include "tests/core/actions/rejudge_fixture.h"

namespace footfall::core {
namespace {

TEST_F(Rejudge, FiguresEqualAFreshCountAndTwiceIsOnce) {
  std::mt19937 random(20'261'128);
  const std::string agents[] = {"alpha", "beta", "gamma alpha", "delta"};
  for (int i = 0; i < 120; ++i) {
    const auto age = static_cast<std::int64_t>(random() % (3 * kHourUs));
    store(agents[random() % 4], static_cast<char>('a' + random() % 5), 0, age);
  }
  for (const char* bot : {"alpha", "beta", "nobody", "a", "delta"}) {
    const auto first = run(convicting(bot));
    EXPECT_EQ(first.counts.clicks, 120);
    expect_a_fresh_count();
    EXPECT_EQ(
        number("select count(*) from clicks where (verdict <> 0) <> (user_agent like '%" + std::string(bot) + "%')"),
        0);
    const std::string after = state();
    const auto second = run(convicting(bot));
    EXPECT_EQ(second.counts.convicted + second.counts.acquitted + second.counts.other_reason, 0);
    EXPECT_EQ(state(), after);
    EXPECT_EQ(number("select count(distinct rules_id) from clicks"), 1);
  }
}

TEST_F(Rejudge, ADryRunCountsTheSameAndChangesNothing) {
  const auto click = store("alpha", 'a', 0);
  store("beta", 'b', wire::kVerdictBot);
  convert(click, "t1");
  const std::string before = state();
  const auto dry = run(convicting("alpha"), true);
  EXPECT_EQ(state(), before);
  EXPECT_EQ(number("select count(*) from rejudgements"), 0);
  const auto done = run(convicting("alpha"));
  for (const auto& report : {dry, done}) {
    EXPECT_EQ(report.counts.clicks, 2);
    EXPECT_EQ(report.counts.convicted, 1);
    EXPECT_EQ(report.counts.acquitted, 1);
    EXPECT_EQ(report.counts.rejected, 1);
  }
}

TEST_F(Rejudge, MoneyFollowsTheVerdictBothWays) {
  const auto click = store("alpha", 'a', 0);
  const auto pending = convert(click, "pending");
  const auto approved = convert(click, "approved");
  change(approved, ConversionVerb::approve);
  const auto paid = convert(click, "paid");
  change(paid, ConversionVerb::approve);
  change(paid, ConversionVerb::pay);

  const auto convicted = run(convicting("alpha"));
  EXPECT_EQ(convicted.counts.rejected, 2);
  EXPECT_EQ(convicted.paid, std::vector{paid});
  EXPECT_EQ(conversion(pending), "rejected click_not_human false 100 false");
  EXPECT_EQ(conversion(approved), "rejected click_not_human false 100 false");
  EXPECT_EQ(conversion(paid), "paid click_in_window true 100 false");
  expect_sound_books();
  EXPECT_EQ(run(convicting("alpha")).counts.rejected, 0);

  const auto acquitted = run(convicting("nobody"));
  EXPECT_EQ(acquitted.counts.restored, 2);
  EXPECT_EQ(conversion(pending), "pending click_in_window true 100 false");
  EXPECT_EQ(conversion(approved), "pending click_in_window true 100 false");
  expect_sound_books();
}

// The second sale of one click is held by a rule. That its click is acquitted later is no person's decision about it.
TEST_F(Rejudge, WhatARuleHeldIsHeldAgain) {
  const auto click = store("alpha", 'a', 0);
  convert(click, "first");
  const auto held = convert(click, "second");
  ASSERT_EQ(conversion(held), "pending click_in_window true 100 true");
  run(convicting("alpha"));
  run(convicting("nobody"));
  EXPECT_EQ(conversion(held), "pending click_in_window true 100 true");
  auto told = database_.query(
      "select string_agg(type || ' ' || (payload->>'review') || ' ' || coalesce(payload->>'rejection_reason', '-'), "
      "',' order by id) from events_out where subject = $1",
      {held});
  ASSERT_TRUE(told.has_value()) << told.error().message;
  EXPECT_EQ(told->text(0, 0),
            "conversion.created true -,conversion.rejected false click_not_human,conversion.restored true -");
  expect_sound_books();
}

TEST_F(Rejudge, AConversionThatEarnedNothingIsCredited) {
  const auto click = store("alpha", 'a', wire::kVerdictBot);
  const auto booked = convert(click, "t1");
  EXPECT_EQ(conversion(booked), "pending click_not_human false 0 false");
  EXPECT_EQ(run(convicting("nobody")).counts.attributed, 1);
  EXPECT_EQ(conversion(booked), "pending click_in_window true 100 false");
  expect_sound_books();
  EXPECT_EQ(run(convicting("nobody")).counts.attributed, 0);
}

TEST_F(Rejudge, WhatAPersonDecidedStands) {
  const auto click = store("alpha", 'a', 0);
  const auto restored = convert(click, "restored");
  const auto rejected = convert(click, "rejected");
  change(rejected, ConversionVerb::reject);
  run(convicting("alpha"));
  change(restored, ConversionVerb::restore);
  run(convicting("alpha"));
  EXPECT_EQ(conversion(restored), "pending click_not_human false 100 false");
  run(convicting("nobody"));
  EXPECT_EQ(conversion(restored), "pending click_in_window true 100 false");
  EXPECT_EQ(conversion(rejected), "rejected click_in_window true 100 false");
  expect_sound_books();
}

TEST_F(Rejudge, WhereACodeWasGivenTheConversionWaitsForAPerson) {
  const auto booked = convert(store("alpha", 'a', 0), "t1", true);
  EXPECT_EQ(run(convicting("alpha")).by_hand, std::vector{booked});
  EXPECT_EQ(conversion(booked), "pending click_in_window true 100 true");
  EXPECT_EQ(run(convicting("alpha")).counts.rejected, 0);
  expect_sound_books();
}

TEST_F(Rejudge, ARunThatWasCutShortGoesOn) {
  page_ = 2;
  std::vector<wire::ClickId> clicks;
  for (char visitor : {'a', 'b', 'c', 'd', 'e', 'f'}) clicks.push_back(store("alpha", visitor, 0, kHourUs - visitor));
  // The connection breaks inside the third page.
  VerdictRules breaking = convicting("alpha");
  breaking.judge = [judge = breaking.judge, judged = 0, url = url_](std::string_view agent,
                                                                    std::string_view address) mutable {
    if (++judged == 5) {
      Database other(url);
      EXPECT_TRUE(
          other.query("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() "
                      "and datname = current_database()"));
    }
    return judge(agent, address);
  };
  auto broken = rejudge_clicks(database_, kOperator, breaking,
                               {now_us_ - 48 * kHourUs, now_us_ + kHourUs, false, page_}, [](const RejudgeReport&) {});
  ASSERT_FALSE(broken.has_value());
  EXPECT_EQ(number("select count(*) from clicks where verdict <> 0"), 4);
  const auto resumed = run(convicting("alpha"));
  EXPECT_TRUE(resumed.resumed);
  EXPECT_EQ(resumed.counts.clicks, 6);
  EXPECT_EQ(resumed.counts.convicted, 6);
  expect_a_fresh_count();
  EXPECT_FALSE(run(convicting("alpha")).resumed);
  EXPECT_EQ(number("select count(*) from rejudgements where finished_at is not null"), 2);
}

TEST_F(Rejudge, AnErasedClickKeepsItsVerdict) {
  const auto click = store("alpha", 'a', wire::kVerdictBot);
  ASSERT_TRUE(erase_click(database_, click).has_value());
  EXPECT_EQ(run(convicting("nobody")).counts.acquitted, 0);
  EXPECT_EQ(number("select verdict from clicks"), wire::kVerdictBot);
}

TEST_F(Rejudge, OnlyOneRunAtATime) {
  Database other(url_);
  ASSERT_TRUE(rejudge_clicks(other, kOperator, convicting("x"), {0, 1, true}, [](const RejudgeReport&) {}).has_value());
  auto second = rejudge_clicks(database_, kOperator, convicting("x"), {0, 1, true}, [](const RejudgeReport&) {});
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().kind, ErrorKind::conflict);
}

}  // namespace
}  // namespace footfall::core
