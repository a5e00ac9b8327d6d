#include "core/api/affspace/fields.h"

#include <charconv>

#include "core/api/range_bound.h"
#include "proto/base/bytes.h"
#include "proto/base/clock.h"

namespace footfall::core::affspace {
namespace {

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

Result<void> read_range(FieldReader& read, Database& database, const Caller& caller,
                        std::optional<std::int64_t>& from_us, std::optional<std::int64_t>& to_us) {
  struct Bound {
    const char* name;
    RangeEnd end;
    std::optional<std::int64_t>* us;
  };
  for (const Bound& bound :
       {Bound{"start_date", RangeEnd::first, &from_us}, Bound{"end_date", RangeEnd::last, &to_us}}) {
    const auto text = read.text(bound.name);
    if (!text) continue;
    const auto time = read_time(*text);
    if (!time) {
      read.add_problem(bound.name,
                       std::string(bound.name) + " must be a Unix timestamp in milliseconds or an ISO date");
      continue;
    }
    auto us = range_bound(database, caller, *text, *time, bound.end);
    if (!us) return Failure(us.error());
    *bound.us = *us;
  }
  return {};
}

}  // namespace footfall::core::affspace
