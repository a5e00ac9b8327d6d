// Pictures as SVG that stands in the page: no file, no script, readable in light and dark (the style sheet colours
// them). QR codes: core/pictures. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/storage/portal_reads.h"

namespace footfall::core {

// Bars of human clicks and, before them, of conversions, one place a day, `days` of them up to `last_day`; days without
// any are empty places. Its text for screen readers says the sums.
std::string chart(std::span<const PortalDay> found, std::int64_t last_day, int days);

}  // namespace footfall::core
