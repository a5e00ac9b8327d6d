// Charts as SVG that stands in the page: no file, no script, readable in light and dark (the style sheet colours
// them). A chart is stretched to the width there is, so that its words stand beside it, in HTML. QR codes:
// core/pictures. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace footfall::core {

// A day of a chart: what is stacked there, the lowest first, in the order of the classes.
struct ChartBar {
  std::vector<std::int64_t> parts;
  std::string title;  // what pointing at it shows
};

// The end of an axis on which all of the bars have room: 2, 10, 20, 50, 100, … times `unit`, so that half of it can be
// said in whole units, too.
std::int64_t axis_top(std::span<const ChartBar> bars, std::int64_t unit = 1);

// `classes`: of the style sheet, one for each part. `summary`: what it says to who cannot see it.
std::string chart(std::span<const ChartBar> bars, std::span<const std::string_view> classes, std::int64_t top,
                  std::string_view summary);

}  // namespace footfall::core
