// A partition is made as a table of its own and attached afterwards: ATTACH needs no exclusive lock on clicks, while
// CREATE TABLE ... PARTITION OF does. Detaching is done concurrently for the same reason. What was cut short by a
// crash is finished, or moved out of the way, by the next call.
#include "core/storage/partitions.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>

#include "core/storage/clicks.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kPartitionLock = 0x46465061;

std::string name_of(std::int64_t day) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  char text[32];
  std::snprintf(text, sizeof text, "clicks_%04d%02u%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text;
}

Result<std::int64_t> delete_before(Database& database, const std::string& sql, std::int64_t bound) {
  auto rows = database.query(sql, {bound});
  if (!rows) return Failure(rows.error());
  return rows->affected();
}

}  // namespace

std::string lowest_click_id(std::int64_t day) {
  wire::ClickId id;
  auto time = static_cast<std::uint64_t>(day * kDayMs);
  for (int i = 5; i >= 0; --i) {
    id.bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(time);
    time >>= 8;
  }
  return wire::to_uuid(id);
}

ClickDays click_days(std::int64_t now_us, std::int64_t retention_days) {
  const auto today = now_us / 1000 / kDayMs;
  return {today - retention_days, today + 1};
}

Result<void> ensure_partition(Database& database, std::int64_t day) {
  const auto name = name_of(day);
  auto present = database.query(
      "select 1 from pg_inherits where inhparent = 'clicks'::regclass and inhrelid = to_regclass($1)", {name});
  if (!present) return Failure(present.error());
  if (!present->empty()) return {};
  // A table that was made but not attached (a detach that was cut short) is in the way: it is renamed, never dropped.
  const std::string sql = "begin; set local lock_timeout = '5s'; select pg_advisory_xact_lock(" +
                          std::to_string(kPartitionLock) +
                          ");"
                          "do $$ begin "
                          "if to_regclass('" +
                          name +
                          "') is not null and not exists (select 1 from pg_inherits "
                          "where inhparent = 'clicks'::regclass and inhrelid = to_regclass('" +
                          name +
                          "')) then "
                          "alter table " +
                          name + " rename to " + name +
                          "_detached; end if; "
                          "if to_regclass('" +
                          name +
                          "') is null then "
                          "create table " +
                          name +
                          " (like clicks including all); "
                          "alter table clicks attach partition " +
                          name + " for values from ('" + lowest_click_id(day) + "') to ('" + lowest_click_id(day + 1) +
                          "'); end if; end $$; commit";
  auto made = database.execute(sql);
  if (!made) {
    if (database.connected()) (void)database.execute("rollback");
    return Failure(made.error());
  }
  return {};
}

Result<std::vector<std::int64_t>> stored_days(Database& database) {
  auto rows = database.query(
      "select to_date(substr(c.relname, 8), 'YYYYMMDD') - date '1970-01-01' from pg_inherits i "
      "join pg_class c on c.oid = i.inhrelid where i.inhparent = 'clicks'::regclass and not i.inhdetachpending "
      "and c.relname ~ '^clicks_[0-9]{8}$' order by 1");
  if (!rows) return Failure(rows.error());
  std::vector<std::int64_t> days;
  for (int r = 0; r < rows->size(); ++r) days.push_back(rows->integer(r, 0));
  return days;
}

Result<std::vector<std::int64_t>> drop_partitions_before(Database& database, std::int64_t first_day) {
  auto rows = database.query(
      "select c.relname, to_date(substr(c.relname, 8), 'YYYYMMDD') - date '1970-01-01', i.inhdetachpending "
      "from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'clicks'::regclass "
      "and c.relname < $1 order by 1",
      {name_of(first_day)});
  if (!rows) return Failure(rows.error());
  std::vector<std::int64_t> dropped;
  for (int r = 0; r < rows->size(); ++r) {
    const std::string name(rows->text(r, 0));
    // Concurrently: the table stays readable and writable while it loses the partition. One that was cut short is
    // finished.
    auto detached = database.execute("alter table clicks detach partition " + name +
                                     (rows->flag(r, 2) ? " finalize" : " concurrently"));
    if (!detached) return Failure(detached.error());
    auto gone = database.execute("drop table " + name);
    if (!gone) return Failure(gone.error());
    dropped.push_back(rows->integer(r, 1));
  }
  return dropped;
}

Result<std::int64_t> delete_uniques_before(Database& database, std::int64_t first_day) {
  auto bound = unique_key(first_day * 24, {}, {});
  std::fill(bound.begin() + 4, bound.end(), std::uint8_t{0});
  auto rows = database.query("delete from click_uniques where key < $1::uuid", {wire::to_uuid({bound})});
  if (!rows) return Failure(rows.error());
  return rows->affected();
}

Result<std::int64_t> delete_rollups_before(Database& database, std::int64_t first_day) {
  auto campaigns = delete_before(database, "delete from campaign_rollups where quarter < $1::int * 96", first_day);
  if (!campaigns) return campaigns;
  return delete_before(database, "delete from click_rollups where day < date '1970-01-01' + $1::int", first_day);
}

}  // namespace footfall::core
