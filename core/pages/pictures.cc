// Drawn in whole units of a view box, which the browser scales.
#include "core/pages/pictures.h"

#include <algorithm>
#include <vector>

#include "proto/base/clock.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kDay_us = 86'400'000'000;
constexpr int kChartWidth = 720;
constexpr int kChartHeight = 200;
constexpr int kPlotHeight = 160;  // of conversions: below the clicks, so that neither hides the other

std::string number(std::int64_t value) { return std::to_string(value); }

std::string date_of(std::int64_t day) { return iso8601_ms(day * kDay_us).substr(0, 10); }

}  // namespace

std::string chart(std::span<const PortalDay> found, std::int64_t last_day, int days) {
  std::vector<PortalDay> places(static_cast<std::size_t>(days));
  std::int64_t clicks = 0, conversions = 0, clicks_max = 1, conversions_max = 1;
  for (const PortalDay& day : found) {
    const std::int64_t place = day.day - (last_day - days + 1);
    if (place < 0 || place >= days) continue;
    places[static_cast<std::size_t>(place)] = day;
    clicks += day.human_clicks;
    conversions += day.conversions;
    clicks_max = std::max(clicks_max, day.human_clicks);
    conversions_max = std::max(conversions_max, day.conversions);
  }
  std::string bars;
  const int step = kChartWidth / days;
  const int left = (kChartWidth - step * days) / 2;
  const int gap = std::max(step / 6, 1);
  const auto bar = [&](std::string_view name, int x, int width, std::int64_t height) {
    return "<rect class=\"" + std::string(name) + "\" x=\"" + number(x) + "\" y=\"" + number(kChartHeight - height) +
           "\" width=\"" + number(width) + "\" height=\"" + number(height) + "\"/>";
  };
  for (int place = 0; place < days; ++place) {
    const PortalDay& day = places[static_cast<std::size_t>(place)];
    const int x = left + place * step + gap;
    const int width = step - 2 * gap;
    bars += "<g><title>" + date_of(last_day - days + 1 + place) + ": " + number(day.human_clicks) + " clicks, " +
            number(day.conversions) + " conversions</title>" +
            bar("clicks", x, width, day.human_clicks * kChartHeight / clicks_max) +
            bar("sales", x + width / 3, std::max(width / 3, 1), day.conversions * kPlotHeight / conversions_max) +
            "</g>";
  }
  return "<svg class=\"chart\" role=\"img\" aria-label=\"" + number(clicks) + " clicks and " + number(conversions) +
         " conversions in " + number(days) + " days\" preserveAspectRatio=\"none\" viewBox=\"0 0 " +
         number(kChartWidth) + " " + number(kChartHeight) + "\">" + bars + "</svg>";
}

}  // namespace footfall::core
