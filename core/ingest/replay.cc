#include "core/ingest/replay.h"

#include "core/ingest/run_builder.h"
#include "core/ingest/run_recorder.h"
#include "core/storage/dead_letters.h"
#include "proto/base/logging.h"

namespace footfall::core {
namespace {

constexpr int kLettersPerRead = 100;

// The clicks of a letter as a run; an error says why they still cannot be stored.
Result<Run> run_of(const DeadLetter& letter, RunBuilder& run_builder, const ClickDays& days) {
  auto batch = letter.reason == kReasonDecode ? DecodedBatch::decode(letter.raw)
                                              : decode_single_click(letter.raw, letter.number);
  if (!batch) return Failure(batch.error());
  if (batch->first() > letter.number || batch->last() != letter.number + letter.count - 1) {
    return invalid("its numbers are not those of the letter");
  }
  Run run;
  run.from = run.to = letter.number - 1;
  run_builder.append(run, std::move(*batch), days);
  if (!run.dead.empty()) return invalid("still dead: " + run.dead.front().reason + " " + run.dead.front().detail);
  return run;
}

}  // namespace

Result<ReplayTally> replay_dead_letters(Database& database, const ReplayOptions& options, const ClickRules& rules,
                                        const Clock& clock) {
  if (auto prepared = prepare_click_session(database); !prepared) return Failure(prepared.error());
  Metrics unread;
  IngestProbe probe(unread);
  RunRecorder recorder(database, probe, rules.digest());
  RunBuilder run_builder(rules);
  const auto days = click_days(clock.wall_us(), options.retention_days);
  ReplayTally tally;
  DeadLetterFilter filter{options.id, options.reason, 0, kLettersPerRead};
  for (;;) {
    auto letters = dead_letters(database, filter);
    if (!letters) return Failure(letters.error());
    if (letters->empty()) return tally;
    for (const auto& letter : *letters) {
      filter.above_id = letter.id;
      ++tally.letters;
      auto run = run_of(letter, run_builder, days);
      auto recorded = run ? recorder.record_letter(letter.stream_id, letter.id, run->clicks)
                          : Result<StoredRun>(Failure(run.error()));
      if (!recorded && recorded.error().kind == ErrorKind::unavailable) return Failure(recorded.error());
      if (!recorded) {
        ++tally.failed;
        log_warn_limited("ingest.replay.failed", {{"letter", letter.id}, {"reason", recorded.error().message}});
        continue;
      }
      ++tally.replayed;
      tally.stored += static_cast<std::int64_t>(recorded->stored);
      tally.duplicates += static_cast<std::int64_t>(recorded->duplicates);
      tally.conflicts += static_cast<std::int64_t>(recorded->conflicts);
    }
  }
}

}  // namespace footfall::core
