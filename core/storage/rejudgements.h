// What a re-judging of stored clicks reads and writes: the run itself, the clicks with the evidence that is left of
// them, their verdicts, and which click of a visitor's hour is the unique one. No decision is taken here. All calls run
// on the caller's connection; those that change clicks, inside its transaction.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/storage/database.h"
#include "proto/wire/ids.h"

namespace footfall::core {

// The clicks' order: one id may be stored for several accounts and modes.
struct ClickKey {
  wire::ClickId id;
  wire::AccountId account;
  wire::Mode mode = wire::Mode::live;
  auto operator<=>(const ClickKey&) const = default;
};

struct ClickToJudge {
  ClickKey key;
  wire::CampaignId campaign;
  wire::AffiliateId affiliate;
  wire::LinkId link;
  std::int64_t stream_id = 0;
  std::uint32_t verdict = 0;
  bool is_unique = false;
  bool is_revoked = false;              // received after its key was revoked
  std::string visitor, ip, user_agent;  // empty: none, or erased
};

struct RejudgementCounts {
  std::int64_t clicks = 0;
  std::int64_t convicted = 0;     // counted before, and do not now
  std::int64_t acquitted = 0;     // the other way round
  std::int64_t other_reason = 0;  // do not count, for another reason than before
  std::int64_t rejected = 0;      // conversions, as are those below
  std::int64_t restored = 0;
  std::int64_t attributed = 0;
  std::int64_t paid = 0;     // reported, not touched
  std::int64_t by_hand = 0;  // reported, for a person to decide
  std::int64_t refused = 0;  // reports of sales that were refused, and may be sent again: no conversions
};

struct Rejudgement {
  std::int64_t id = 0;
  std::string public_id;
  std::string from_id, to_id;  // of clicks, UUID text; `to_id` exclusive
  std::int32_t rules_id = 0;
  std::optional<ClickKey> last;  // the last click that was judged
  RejudgementCounts counts;
};
// The unfinished run of this range and these rules if there is one, else a new one.
Result<Rejudgement> begin_or_resume(Database& database, const std::string& from_id, const std::string& to_id,
                                    std::int32_t rules_id);
// Stores where the run has come, and its counts.
Result<void> store_progress(Database& database, const Rejudgement& run);
Result<void> finish(Database& database, const Rejudgement& run);

// What a run holds while it judges a page, and how many pages have been judged so far: what is booked on a click checks
// both (bookings.h), so that no booking keeps the verdict that a page has just changed.
inline constexpr std::int64_t kRejudgingLock = 0x46464A47;
// SQLSTATE of a booking on a click that has been judged again since it was read; nothing of it is stored.
inline constexpr const char* kJudgedSince = "FF001";
// Keeps runs from judging a page until this transaction ends.
Result<void> keep_rejudging_out(Database& database);
// The same for a whole session, in which transactions come and go, until it is destroyed.
class RejudgingKeptOut {
 public:
  explicit RejudgingKeptOut(Database& database);
  ~RejudgingKeptOut();
  RejudgingKeptOut(const RejudgingKeptOut&) = delete;
  RejudgingKeptOut& operator=(const RejudgingKeptOut&) = delete;

 private:
  Database& database_;
  bool is_held_ = false;
};

// Waits for another run's transaction and keeps such out until this one ends: what a page counts must not be counted
// by two.
Result<void> keep_other_runs_out(Database& database);

// The next clicks of the run, in the order of their keys.
Result<std::vector<ClickToJudge>> read_clicks_to_judge(Database& database, const Rejudgement& run, int limit);

struct NewVerdict {
  const ClickToJudge* click = nullptr;
  std::uint32_t verdict = 0;
};
// Writes the verdicts and what follows from them: roll-ups, and the claims of uniqueness that are open now. A click
// that is convicted gives its claim back; settle_unique_claims() finds who has it next.
Result<void> store_verdicts(Database& database, std::span<const NewVerdict> changed);
// Notes the version of the rules at all clicks of a page.
Result<void> note_rules(Database& database, std::span<const ClickToJudge> page, std::int32_t rules_id);

// Gives open claims of hours before `hour` (since 1970 UTC) to the first net click of their visitor, at most `limit` of
// one hour at once. Answers how many were open; 0: none is left.
Result<std::int64_t> settle_unique_claims(Database& database, std::int64_t hour, int limit);

}  // namespace footfall::core
