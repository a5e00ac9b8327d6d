// Drawn in whole units of a view box, which the browser scales. A part that is there is never thinner than a unit.
#include "core/pages/pictures.h"

#include <algorithm>
#include <numeric>

namespace footfall::core {
namespace {

constexpr int kWidth = 720;
constexpr std::int64_t kHeight = 200;
constexpr std::int64_t kPowerMax = 1'000'000'000'000;

std::string number(std::int64_t value) { return std::to_string(value); }

std::string rect(std::string_view name, std::int64_t x, std::int64_t bottom, std::int64_t width, std::int64_t height) {
  return "<rect class=\"" + std::string(name) + "\" x=\"" + number(x) + "\" y=\"" + number(kHeight - bottom - height) +
         "\" width=\"" + number(width) + "\" height=\"" + number(height) + "\"/>";
}

std::string line(std::int64_t y) { return "<path class=\"grid\" d=\"M0 " + number(y) + "H" + number(kWidth) + "\"/>"; }

}  // namespace

std::int64_t axis_top(std::span<const ChartBar> bars, std::int64_t unit) {
  std::int64_t largest = 0;
  for (const ChartBar& bar : bars) {
    largest = std::max(largest, std::accumulate(bar.parts.begin(), bar.parts.end(), std::int64_t{0}));
  }
  const std::int64_t units = largest / unit + (largest % unit == 0 ? 0 : 1);
  if (units <= 2) return 2 * unit;
  for (std::int64_t power = 10; power <= kPowerMax; power *= 10) {
    for (const std::int64_t top : {power, 2 * power, 5 * power}) {
      if (top >= units) return top * unit;
    }
  }
  return largest;
}

std::string chart(std::span<const ChartBar> bars, std::span<const std::string_view> classes, std::int64_t top,
                  std::string_view summary) {
  const int count = std::max(static_cast<int>(bars.size()), 1);
  const int step = kWidth / count;
  const int left = (kWidth - step * count) / 2;
  const int gap = std::max(step / 6, 1);
  std::string drawn = line(0) + line(kHeight / 2) + line(kHeight);
  for (std::size_t place = 0; place < bars.size(); ++place) {
    const ChartBar& bar = bars[place];
    const std::int64_t x = left + static_cast<std::int64_t>(place) * step;
    // The whole column can be pointed at, not the bar alone.
    drawn += "<g><title>" + bar.title + "</title>" + rect("place", x, 0, step, kHeight);
    std::int64_t bottom = 0;
    for (std::size_t part = 0; part < bar.parts.size(); ++part) {
      if (bar.parts[part] <= 0) continue;
      const auto share = static_cast<std::int64_t>(static_cast<double>(bar.parts[part]) * kHeight /
                                                   static_cast<double>(std::max<std::int64_t>(top, 1)));
      const std::int64_t height = std::min(std::max<std::int64_t>(share, 1), kHeight - bottom);
      drawn += rect(classes[part], x + gap, bottom, step - 2 * gap, height);
      bottom += height;
    }
    drawn += "</g>";
  }
  return "<svg class=\"chart\" role=\"img\" aria-label=\"" + std::string(summary) +
         "\" preserveAspectRatio=\"none\" viewBox=\"0 0 " + number(kWidth) + " " + number(kHeight) + "\">" + drawn +
         "</svg>";
}

}  // namespace footfall::core
