// A page of clicks goes through three steps. First, in one transaction, the verdicts with the roll-ups and the claims
// of uniqueness. Then the conversions of the page's clicks, each in its own transaction: which of them has to be
// corrected is seen from what is stored, not from what the first step changed, so that a conversion that was booked
// meanwhile, or that a crash left behind, is found by the next run. Last, the place that the run has reached; whatever
// is cut short before that is done again and changes nothing the second time.
#include "core/actions/rejudge_clicks.h"

#include <limits>
#include <map>

#include "core/actions/correct_conversion.h"
#include "core/actions/record_change.h"
#include "core/storage/click_reads.h"
#include "core/storage/erasures.h"
#include "core/storage/streams.h"
#include "core/storage/verdict_rules.h"

namespace footfall::core {
namespace {

constexpr int kClaimsAtOnce = 50'000;
constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kEveryHour = std::numeric_limits<std::uint32_t>::max();  // above all that a key can name

struct Page {
  std::vector<ClickToJudge> clicks;
  std::vector<std::uint32_t> verdicts;  // the new ones
};

class Rejudging {
 public:
  Rejudging(Database& database, const Caller& caller, const VerdictRules& rules, const RejudgeRequest& request)
      : database_(database), caller_(caller), rules_(rules), request_(request) {
    report_.rules = rules_version(rules.digest);
    run_.from_id = lowest_click_id_at(request.from_us);
    run_.to_id = lowest_click_id_at(request.to_us);
  }

  Result<RejudgeReport> go(const std::function<void(const RejudgeReport&)>& progress) {
    if (!request_.dry_run) {
      if (auto begun = begin(); !begun) return Failure(begun.error());
    }
    while (true) {
      auto page = judge_page();
      if (!page) return Failure(page.error());
      if (page->clicks.empty()) break;
      if (auto corrected = correct_conversions(*page); !corrected) return Failure(corrected.error());
      run_.last = page->clicks.back().key;
      run_.counts.clicks += static_cast<std::int64_t>(page->clicks.size());
      if (!request_.dry_run) {
        if (auto stored = store_progress(database_, run_); !stored) return Failure(stored.error());
        auto settled = settle(run_.last->id.time_ms() / kHourMs);
        if (!settled) return Failure(settled.error());
      }
      report_.counts = run_.counts;
      report_.reached_us = run_.last->id.time_ms() * 1'000;
      progress(report_);
    }
    report_.counts = run_.counts;
    if (request_.dry_run) return report_;
    if (auto settled = settle(kEveryHour); !settled) return Failure(settled.error());
    if (auto ended = end(); !ended) return Failure(ended.error());
    return report_;
  }

 private:
  Result<void> begin() {
    auto rules_id = verdict_rules_id(database_, rules_.digest);
    if (!rules_id) return Failure(rules_id.error());
    auto run = begin_or_resume(database_, run_.from_id, run_.to_id, *rules_id);
    if (!run) return Failure(run.error());
    run_ = std::move(*run);
    report_.public_id = run_.public_id;
    report_.resumed = run_.last.has_value();
    return {};
  }

  Result<Page> judge_page() {
    if (request_.dry_run) {
      auto page = read_page();
      if (page) count(*page, run_.counts);
      return page;
    }
    const RejudgementCounts before = run_.counts;
    return database_.transaction<Page>([&]() -> Result<Page> {
      run_.counts = before;
      if (auto locked = lock(); !locked) return Failure(locked.error());
      auto page = read_page();
      if (!page || page->clicks.empty()) return page;
      if (auto stored = store_verdicts(database_, changed(*page)); !stored) return Failure(stored.error());
      if (auto noted = note_rules(database_, page->clicks, run_.rules_id); !noted) return Failure(noted.error());
      count(*page, run_.counts);
      // What this page changed is counted with the change; the place moves when its conversions are corrected, too.
      if (auto counted = store_progress(database_, run_); !counted) return Failure(counted.error());
      return page;
    });
  }

  // The lock that the call holds ends with its connection, which is made anew where it breaks between two pages.
  Result<void> lock() {
    if (auto kept = keep_other_runs_out(database_); !kept) return kept;
    return keep_erasures_out(database_);
  }

  Result<Page> read_page() {
    auto clicks = read_clicks_to_judge(database_, run_, request_.page);
    if (!clicks) return Failure(clicks.error());
    Page page{std::move(*clicks), {}};
    for (const ClickToJudge& click : page.clicks) {
      page.verdicts.push_back(judge_again(click.verdict, click.is_revoked, rules_.judge(click.user_agent, click.ip)));
    }
    return page;
  }

  static std::vector<NewVerdict> changed(const Page& page) {
    std::vector<NewVerdict> all;
    for (std::size_t i = 0; i < page.clicks.size(); ++i) {
      if (page.clicks[i].verdict != page.verdicts[i]) all.push_back({&page.clicks[i], page.verdicts[i]});
    }
    return all;
  }

  static void count(const Page& page, RejudgementCounts& counts) {
    for (const auto& [click, verdict] : changed(page)) {
      ++(verdict == 0 ? counts.acquitted : click->verdict == 0 ? counts.convicted : counts.other_reason);
    }
  }

  Result<void> correct_conversions(const Page& page) {
    std::vector<std::string_view> ids;
    std::map<ClickKey, bool> human;
    for (std::size_t i = 0; i < page.clicks.size(); ++i) {
      ids.push_back(page.clicks[i].key.id.view());
      human.emplace(page.clicks[i].key, page.verdicts[i] == 0);
    }
    auto conversions = conversions_judged_by(database_, ids);
    if (!conversions) return Failure(conversions.error());
    for (const ConversionRow& row : *conversions) {
      const auto id = wire::parse_uuid(row.click_id.value_or(""));
      const auto click = id ? human.find({*id, row.account, row.mode}) : human.end();
      if (click == human.end()) continue;
      Correction correction = correction_of(judged(row), click->second);
      if (!request_.dry_run && correction != Correction::none) {
        auto corrected = correct_conversion(database_, caller_, row.id, click->second);
        if (!corrected) return Failure(corrected.error());
        correction = *corrected;
      }
      note(row, correction);
    }
    return list_refused(page);
  }

  // A report that was refused left no conversion to correct; its merchant may send it again.
  Result<void> list_refused(const Page& page) {
    std::vector<std::string_view> humans;
    for (std::size_t i = 0; i < page.clicks.size(); ++i) {
      if (page.verdicts[i] == 0) humans.push_back(page.clicks[i].key.id.view());
    }
    auto refused = refused_reports_of(database_, humans);
    if (!refused) return Failure(refused.error());
    run_.counts.refused += static_cast<std::int64_t>(refused->size());
    for (RefusedReport& report : *refused) {
      if (report_.refused.size() < kReportedConversionsMax) report_.refused.push_back(std::move(report));
    }
    return {};
  }

  void note(const ConversionRow& row, Correction correction) {
    const auto list = [&](std::int64_t& count, std::vector<std::string>& names) {
      ++count;
      if (names.size() < kReportedConversionsMax) names.push_back(row.public_id);
    };
    RejudgementCounts& counts = run_.counts;
    if (correction == Correction::reject) ++counts.rejected;
    if (correction == Correction::restore) ++counts.restored;
    if (correction == Correction::attribute) ++counts.attributed;
    if (correction == Correction::paid) list(counts.paid, report_.paid);
    if (correction == Correction::by_hand || correction == Correction::hold) list(counts.by_hand, report_.by_hand);
  }

  // Gives the open claims of hours before this one to somebody.
  Result<void> settle(std::int64_t hour) {
    while (true) {
      auto settled = database_.transaction<std::int64_t>([&]() -> Result<std::int64_t> {
        if (auto locked = lock(); !locked) return Failure(locked.error());
        return settle_unique_claims(database_, hour, kClaimsAtOnce);
      });
      if (!settled) return Failure(settled.error());
      if (*settled == 0) return {};
    }
  }

  Result<void> end() {
    auto ended = database_.transaction<bool>([&]() -> Result<bool> {
      const RejudgementCounts& counts = run_.counts;
      ChangeDetails details;
      details.add("rules", report_.rules).add("clicks", counts.clicks).add("convicted", counts.convicted);
      details.add("acquitted", counts.acquitted).add("other_reason", counts.other_reason);
      details.add("rejected", counts.rejected).add("restored", counts.restored).add("attributed", counts.attributed);
      details.add("paid", counts.paid).add("by_hand", counts.by_hand).add("refused", counts.refused);
      auto recorded = record_change(database_, caller_, {{}, {}, "click.rejudge", run_.public_id, details});
      if (!recorded) return Failure(recorded.error());
      if (auto finished = finish(database_, run_); !finished) return Failure(finished.error());
      return true;
    });
    if (!ended) return Failure(ended.error());
    return {};
  }

  Database& database_;
  const Caller& caller_;
  const VerdictRules& rules_;
  const RejudgeRequest& request_;
  Rejudgement run_;
  RejudgeReport report_;
};

}  // namespace

Result<RejudgeReport> rejudge_clicks(Database& database, const Caller& caller, const VerdictRules& rules,
                                     const RejudgeRequest& request,
                                     const std::function<void(const RejudgeReport&)>& progress) {
  if (auto allowed = caller.must_cross_accounts(); !allowed) return Failure(allowed.error());
  if (request.to_us <= request.from_us) return invalid("the range ends before it begins");
  auto locked = try_lock_role(database, Role::rejudging);
  if (!locked) return Failure(locked.error());
  if (!*locked) return conflict("another run judges clicks again");
  return Rejudging(database, caller, rules, request).go(progress);
}

}  // namespace footfall::core
