// An account with clicks that are judged again: stored as ingest stores them, converted as a merchant reports them.
#pragma once

#include "core/actions/rejudge_clicks.h"

#include <string>
#include <vector>

#include "core/actions/change_conversion.h"
#include "core/actions/conversion_rounds.h"
#include "core/actions/verify_ledger.h"
#include "core/storage/clicks.h"
#include "core/storage/partitions.h"
#include "core/storage/verdict_rules.h"
#include "proto/base/clock.h"
#include "proto/wire/click.h"
#include "tests/core/actions/provisioned.h"

namespace footfall::core {

inline constexpr std::int64_t kHourUs = 3'600'000'000;

class Rejudge : public Provisioned {
 protected:
  AccountRow owner_ = account();
  Campaign campaign_ = campaign(owner_);
  EnrolledAffiliate jane_ = *join(campaign_, "jane@blog.example", "summer24");
  Caller caller_ = key_of(owner_, wire::Mode::live);
  ConversionRounds rounds_{system_clock(), url_};
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
              const bool is_bot = agent.find(bot) != std::string_view::npos;
              return Ruling{is_bot ? +wire::kVerdictBot : 0u, agent.empty() ? 0u : +wire::kVerdictBot};
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

}  // namespace footfall::core
