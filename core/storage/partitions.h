// The clicks table's partitions, one a UTC day of the click's id. Upkeep makes those around today ahead of time; ingest
// makes an older one when the first click of that day comes, for an edge may ship what is weeks old. So every day from
// the retention limit to tomorrow has a partition by the time it is needed, and an empty database has no hundreds of
// empty ones (PROTOCOL.md 8).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/storage/database.h"
#include "proto/wire/ids.h"

namespace footfall::core {

inline constexpr std::int64_t kDayMs = 86'400'000;

// Which ids may be stored now: from the first day within retention to the end of tomorrow.
struct ClickDays {
  std::int64_t first = 0;  // days since 1970 UTC, both inclusive
  std::int64_t last = 0;
  bool contain(const wire::ClickId& id) const { return contain(id.time_ms() * 1'000); }
  bool contain(std::int64_t wall_us) const {
    const auto day = wall_us / (kDayMs * 1'000);
    return day >= first && day <= last;
  }
};
ClickDays click_days(std::int64_t now_us, std::int64_t retention_days);

// The lowest id of the day: 48 bits of milliseconds, then zeros (so its version bits are not those of a UUIDv7). A
// partition begins with it.
std::string lowest_click_id(std::int64_t day);

// Makes the partition unless it exists. Does not wait for readers. Must not be called in a transaction.
Result<void> ensure_partition(Database& database, std::int64_t day);
// The days that have a partition, ascending.
Result<std::vector<std::int64_t>> stored_days(Database& database);
// Drops the partitions of days before `first_day`; returns those days. Must not be called in a
// transaction.
Result<std::vector<std::int64_t>> drop_partitions_before(Database& database, std::int64_t first_day);
// Deletes what was kept to count unique clicks of days before `first_day`.
Result<std::int64_t> delete_uniques_before(Database& database, std::int64_t first_day);
Result<std::int64_t> delete_rollups_before(Database& database, std::int64_t first_day);

}  // namespace footfall::core
