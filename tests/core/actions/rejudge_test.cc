// Stored clicks judged again (COMMON.md D-44, PROTOCOL.md 13): figures equal a fresh count, money follows through the
// ledger, and twice is once.
#include "core/actions/rejudge_clicks.h"

#include <map>
#include <random>

#include "core/actions/change_conversion.h"
#include "core/actions/conversion_rounds.h"
#include "core/actions/verify_ledger.h"
#include "core/storage/clicks.h"
#include "core/storage/erasures.h"
#include "core/storage/partitions.h"
#include "core/storage/verdict_rules.h"
#include "proto/base/clock.h"
#include "proto/wire/click.h"
#include "tests/core/actions/provisioned.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kHourUs = 3'600'000'000;

class Rejudge : public Provisioned {
 protected:
  AccountRow owner_ = account();
  Campaign campaign_ = campaign(owner_);
  EnrolledAffiliate jane_ = *join(campaign_, "jane@blog.example", "summer24");
  Caller caller_ = key_of(owner_, wire::Mode::live);
  ConversionRounds rounds_{system_clock()};
  const std::int64_t now_us_ = system_clock().wall_us();
  std::uint64_t number_ = 0;
  int page_ = 7;

  void SetUp() override {
    ASSERT_TRUE(prepare_click_session(database_).has_value());
    ASSERT_TRUE(ensure_partition(database_, now_us_ / 1'000 / kDayMs).has_value());
    ASSERT_TRUE(ensure_partition(database_, now_us_ / 1'000 / kDayMs - 1).has_value());
  }

  // Stored as ingest stores it: claims of uniqueness, the row, the roll-ups.
  wire::ClickId store(const std::string& agent, char visitor, std::uint32_t verdict, std::int64_t age_us = kHourUs) {
    const std::string hash(16, visitor);
    NewClick click;
    const auto ms = static_cast<std::uint64_t>((now_us_ - age_us) / 1'000);
    for (std::size_t i = 0; i < 6; ++i) click.id.bytes[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
    click.id.bytes[6] = 0x70;
    click.id.bytes[8] = 0x80;
    click.id.bytes[15] = static_cast<std::uint8_t>(++number_);
    click.id.bytes[14] = static_cast<std::uint8_t>(number_ >> 8);
    click.number = number_;
    click.received_us = now_us_ - age_us;
    click.account = owner_.id;
    click.campaign = campaign_.row.id;
    click.affiliate = jane_.affiliate.id;
    click.link = jane_.link.id;
    click.verdict = verdict;
    click.visitor = hash;
    click.user_agent = agent;
    std::vector<NewClick> one{click};
    const auto claims = unique_claims(one);
    auto late = claim_uniques(database_, claims, false);
    EXPECT_TRUE(late.has_value());
    one[0].is_unique = !claims.empty() && late->empty();
    const auto rules_id = verdict_rules_id(database_, std::string(32, '0'));
    CopyPayload payload;
    EXPECT_TRUE(copy_clicks(database_, {1, *rules_id}, one, payload).has_value());
    EXPECT_TRUE(add_rollups(database_, 1, one).has_value());
    return click.id;
  }

  // Agents that hold the word `bot` are crawlers.
  static VerdictRules convicting(const std::string& bot) {
    return {std::string(31, 'r') + bot.front(), [bot](std::string_view agent, std::string_view) {
              return agent.find(bot) == std::string_view::npos ? 0u : std::uint32_t{wire::kVerdictBot};
            }};
  }
  RejudgeReport run(const VerdictRules& rules, bool dry_run = false) {
    auto report =
        rejudge_clicks(database_, kOperator, rules, {now_us_ - 48 * kHourUs, now_us_ + kHourUs, dry_run, page_},
                       [](const RejudgeReport&) {});
    EXPECT_TRUE(report.has_value()) << report.error().message;
    return *report;
  }
  // Everything that a run may change, as text.
  std::string state() {
    auto rows = database_.query(
        "select (select string_agg(id || ' ' || verdict || ' ' || is_unique, ',' order by id) from clicks) || "
        "(select string_agg(x::text, ',' order by x::text) from click_rollups x) || "
        "(select string_agg(x::text, ',' order by x::text) from campaign_rollups x) || "
        "(select coalesce(string_agg(key::text, ',' order by key), '') from click_uniques) || "
        "(select coalesce(string_agg(c::text, ',' order by id), '') from conversions c) || "
        "(select count(*) from ledger_entries)");
    EXPECT_TRUE(rows.has_value()) << rows.error().message;
    return std::string(rows->text(0, 0));
  }
  // Roll-ups against the rows, and unique clicks against the visitors of each hour.
  void expect_a_fresh_count() {
    EXPECT_EQ(number("select count(*) from (select sum(gross), sum(net), sum(uniques) from click_rollups except "
                     "select count(*), count(*) filter (where verdict = 0), count(*) filter (where is_unique) "
                     "from clicks) x"),
              0);
    EXPECT_EQ(number("select count(*) from (select quarter, sum(gross), sum(net), sum(uniques) from campaign_rollups "
                     "group by 1 except select floor(extract(epoch from received_at) / 900), count(*), count(*) "
                     "filter (where verdict = 0), count(*) filter (where is_unique) from clicks group by 1) x"),
              0);
    EXPECT_EQ(number("select count(*) from clicks where is_unique"),
              number("select count(distinct (floor(extract(epoch from received_at) / 3600), link_id, visitor)) "
                     "from clicks where verdict = 0"));
    EXPECT_EQ(number("select count(*) from clicks where is_unique"), number("select count(*) from click_uniques"));
    EXPECT_EQ(number("select count(*) from open_unique_claims"), 0);
  }
  std::string convert(const wire::ClickId& click, const std::string& transaction, bool with_code = false) {
    ConversionReport report;
    report.click = click;
    report.external_id = transaction;
    report.amount_minor = 1'000;
    report.currency = "EUR";
    report.received_us = now_us_;
    if (with_code) report.promo_code = "NOSUCH";
    auto recorded = rounds_.record(database_, caller_, report);
    EXPECT_TRUE(recorded.has_value() && recorded->outcome == RecordOutcome::booked);
    return recorded->conversion.public_id;
  }
  void change(const std::string& conversion, ConversionVerb verb) {
    ConversionChange step;
    step.public_id = conversion;
    step.verb = verb;
    ASSERT_TRUE(change_conversion(database_, kOperator, step).has_value());
  }
  std::string conversion(const std::string& public_id) {
    auto rows = database_.query(
        "select status || ' ' || reason || ' ' || attributed || ' ' || commission_minor || ' ' || review "
        "from conversions where public_id = $1",
        {public_id});
    return std::string(rows->text(0, 0));
  }
  void expect_sound_books() {
    auto report = verify_ledger(database_);
    ASSERT_TRUE(report.has_value());
    EXPECT_TRUE(report->faults.empty()) << report->faults.front();
  }
};

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
