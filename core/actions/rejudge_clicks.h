// Judges stored clicks again by the present rules, and corrects what was made of the old verdicts: roll-ups,
// uniqueness, attribution and commissions.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/actions/caller.h"
#include "core/domain/rejudgement.h"
#include "core/storage/database.h"
#include "core/storage/refused_reports.h"
#include "core/storage/rejudgements.h"

namespace footfall::core {

// The rules, as ingest is configured with them. Used by one thread.
struct VerdictRules {
  std::string digest;  // 32 bytes; another one for every change of the rules
  std::function<Ruling(std::string_view user_agent, std::string_view address)> judge;
};

struct RejudgeRequest {
  std::int64_t from_us = 0;  // of the clicks' ids, as statistics count; inclusive
  std::int64_t to_us = 0;    // exclusive
  bool dry_run = false;      // counts what would change, and changes nothing
  int page = 5'000;          // clicks of a transaction
};

inline constexpr std::size_t kReportedConversionsMax = 1'000;

struct RejudgeReport {
  std::string public_id;        // of the run; empty in a dry run
  bool resumed = false;         // a run that was cut short went on
  std::string rules;            // version, as in `click show`
  RejudgementCounts counts;     // of the whole run
  std::int64_t reached_us = 0;  // time of the last click that was judged
  // Conversions to look at, by public id, that this call met; beyond the bound they are only counted.
  std::vector<std::string> paid, by_hand;
  std::vector<RefusedReport> refused;  // reports of sales that were refused for their clicks, which are human now
};

// An operator's. Works in pages, each a transaction of its own, and remembers where it has come: the same call after a
// failure goes on from there. Run again after the end it changes nothing, unless the rules have changed again.
// `progress` is told after each page. conflict: another run is under way.
Result<RejudgeReport> rejudge_clicks(Database& database, const Caller& caller, const VerdictRules& rules,
                                     const RejudgeRequest& request,
                                     const std::function<void(const RejudgeReport&)>& progress);

}  // namespace footfall::core
