#include "core/ingest/run.h"

#include <algorithm>

namespace footfall::core {

std::string Run::raw(std::uint64_t number) const {
  const auto batch = std::find_if(batches.begin(), batches.end(), [number](const DecodedBatch& candidate) {
    return number >= candidate.first() && number <= candidate.last();
  });
  FOOTFALL_CHECK(batch != batches.end());
  return batch->raw(number);
}

}  // namespace footfall::core
