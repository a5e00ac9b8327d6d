#include "core/api/affspace/fields.h"

#include <charconv>

#include "core/actions/reading/statistics.h"
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

namespace {

// A date without a time is a whole day of the account's time zone; a moment ends with its millisecond.
Result<std::optional<std::int64_t>> read_bound(std::string_view text, bool is_end, Database& database,
                                               const Caller& caller) {
  constexpr std::size_t kDateBytes = 10;  // 2024-01-31
  const auto time = read_time(text);
  if (!time) return std::optional<std::int64_t>();
  const std::string_view value = trim(text);
  const bool is_date = value.size() == kDateBytes && value.find('-') != std::string_view::npos;
  if (!is_date) return std::optional(*time + (is_end ? kMillisecond_us : 0));
  auto start = start_of_local_day(database, caller, *time / kDay_us + (is_end ? 1 : 0));
  if (!start) return Failure(start.error());
  return std::optional(*start);
}

}  // namespace

Result<void> read_range(FieldReader& read, Database& database, const Caller& caller,
                        std::optional<std::int64_t>& from_us, std::optional<std::int64_t>& to_us) {
  struct Bound {
    const char* name;
    bool is_end;
    std::optional<std::int64_t>* us;
  };
  for (const Bound& bound : {Bound{"start_date", false, &from_us}, Bound{"end_date", true, &to_us}}) {
    const auto text = read.text(bound.name);
    if (!text) continue;
    auto us = read_bound(*text, bound.is_end, database, caller);
    if (!us) return Failure(us.error());
    *bound.us = *us;
    if (!*us) {
      read.add_problem(bound.name,
                       std::string(bound.name) + " must be a Unix timestamp in milliseconds or an ISO date");
    }
  }
  return {};
}

}  // namespace footfall::core::affspace
