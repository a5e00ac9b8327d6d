#include "core/api/affspace/fields.h"

#include <charconv>

#include "proto/base/bytes.h"
#include "proto/base/clock.h"

namespace footfall::core::affspace {
namespace {

constexpr std::int64_t kDay_us = 86'400'000'000;
constexpr std::int64_t kMillisecond_us = 1'000;

}  // namespace

std::optional<std::int64_t> read_time(std::string_view text) {
  constexpr std::size_t kSecondsDigitsMin = 10;
  constexpr std::size_t kSecondsDigitsMax = 11;
  constexpr std::int64_t kMillisecondsMax = 253'402'300'799'999;  // the end of the year 9999
  const std::string_view value = trim(text);
  std::int64_t number = 0;
  const auto [rest, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error == std::errc() && rest == value.data() + value.size()) {
    if (number < 0) return std::nullopt;
    const bool is_seconds = value.size() >= kSecondsDigitsMin && value.size() <= kSecondsDigitsMax;
    const std::int64_t ms = is_seconds ? number * 1000 : number;
    if (ms > kMillisecondsMax) return std::nullopt;
    return ms * kMillisecond_us;
  }
  auto time = parse_iso8601(with_plus_restored(value));
  if (!time) return std::nullopt;
  return *time;
}

std::optional<std::int64_t> read_end(std::string_view text) {
  constexpr std::size_t kDateBytes = 10;  // 2024-01-31
  const auto time = read_time(text);
  if (!time) return std::nullopt;
  const std::string_view value = trim(text);
  const bool is_whole_day = value.size() == kDateBytes && value.find('-') != std::string_view::npos;
  return *time + (is_whole_day ? kDay_us : kMillisecond_us);
}

void read_range(FieldReader& read, std::optional<std::int64_t>& from_us, std::optional<std::int64_t>& to_us) {
  constexpr std::string_view kExpected = " must be a Unix timestamp in milliseconds or an ISO date";
  if (const auto text = read.text("start_date")) {
    from_us = read_time(*text);
    if (!from_us) read.add_problem("start_date", "start_date" + std::string(kExpected));
  }
  if (const auto text = read.text("end_date")) {
    to_us = read_end(*text);
    if (!to_us) read.add_problem("end_date", "end_date" + std::string(kExpected));
  }
}

}  // namespace footfall::core::affspace
