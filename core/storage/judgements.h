// What the decision whom a conversion credits was based on, as it was kept with the conversion. Reading only: it is
// written with the conversion (ConversionRow::judgement).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/domain/keys.h"
#include "core/storage/conversions.h"
#include "core/storage/database.h"

namespace footfall::core {

// A signal that was given and not used.
struct StoredUnusedSignal {
  std::string signal;  // as of method_name()
  std::string reason;  // as of reason_name(): what it would have led to, or why it led to nothing
  bool credits = false;
  std::string campaign_public_id, affiliate_public_id;  // whom it names; empty: nobody
};
struct StoredJudgement {
  std::optional<std::int64_t> window_s;  // of the click's program at that time; none: no click was judged, or no window
  std::string precedence;                // "click" or "code"; empty: one signal alone was given
  std::optional<StoredUnusedSignal> unused;
};
// Empty for conversions from before judgements were kept.
Result<StoredJudgement> judgement_of(Database& database, ConversionId id);

}  // namespace footfall::core
