// POST /api/v1/conversions (SEL-20…31).
#pragma once

#include "core/api/desk.h"

namespace footfall::core::selgeo {

Answer report_conversion(const Call& call, Desk& desk);

}  // namespace footfall::core::selgeo
