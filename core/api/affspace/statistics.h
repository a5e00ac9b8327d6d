// GET /api/v1/stats (AFS-57…61).
#pragma once

#include "core/api/desk.h"

namespace footfall::core::affspace {

Answer show_statistics(const Call& call, Desk& desk);

}  // namespace footfall::core::affspace
