// Builds a run from decoded batches. It decides from the click alone: whether it can be stored or becomes a dead
// letter, and its verdict (bot, network). What needs the database (duplicates, uniqueness, revoked keys, erasures) is
// decided later, in the transaction that stores the run. One thread.
#pragma once

#include <cstdint>

#include "core/ingest/click_rules.h"
#include "core/ingest/run.h"
#include "core/storage/partitions.h"

namespace footfall::core {

class RunBuilder {
 public:
  // The rules must outlive it.
  explicit RunBuilder(const ClickRules& rules) : judge_(rules) {}

  // Appends the clicks of `batch` with numbers above run.to, and sets run.to to its last number. The batch must be the
  // next one (BatchOrder::next).
  void append(Run& run, DecodedBatch batch, const ClickDays& days);
  // Makes one dead letter of the numbers up to `last`, whose entry cannot be decoded.
  static void append_undecodable(Run& run, std::uint64_t last, std::string detail, std::string_view raw);

 private:
  ClickJudge judge_;
  void append_click(Run& run, const DecodedBatch& batch, std::uint64_t number, const ClickDays& days);
};

}  // namespace footfall::core
