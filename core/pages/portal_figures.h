// The figures of the portal's overview: sums, charts by day, and the same as a table. Pure.
#pragma once

#include <cstdint>

#include "core/actions/reading/portal.h"
#include "core/pages/view.h"

namespace footfall::core {

// Of `days` days up to `last_day` (since 1970, UTC), of which `portal` may hold more.
void add_figures(View& view, const Portal& portal, std::int64_t last_day, int days);

}  // namespace footfall::core
