// What becomes of conversions by itself: the upkeep approves what its hold has released, attributes what waited for a
// late click, and gives up what waited in vain.
#pragma once

#include <cstdint>

#include "core/storage/database.h"

namespace footfall::core {

struct ConversionUpkeep {
  std::int64_t approved = 0;
  std::int64_t resolved = 0;
  std::int64_t given_up = 0;
  std::int64_t failed = 0;  // could not be attributed now, such as for a lock that was not got in time, or approved,
                            // which holds it for a person; logged
};
// At most `batch_max` of each. An error: the connection is lost, or what is not one conversion's fault has failed.
Result<ConversionUpkeep> keep_up_conversions(Database& database, std::int64_t now_us, int batch_max);

}  // namespace footfall::core
