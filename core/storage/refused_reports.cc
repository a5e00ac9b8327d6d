#include "core/storage/refused_reports.h"

#include "core/storage/arrays.h"
#include "core/storage/json_recordset.h"
#include "core/storage/row_reader.h"

namespace footfall::core {

Result<void> note_refused_reports(Database& database, std::span<const RefusedReport> reports) {
  if (reports.empty()) return {};
  JsonRecordset given;
  for (const RefusedReport& report : reports) {
    given.row();
    given.id_or_null("account_id", report.account);
    given.text("mode", mode_name(report.mode));
    given.text("click_id", wire::to_uuid(report.click));
    given.text("goal", report.goal);
    given.text("external_id", report.external_id);
    given.text("amount", report.amount);
    given.time_or_null("reported_at", report.reported_us);
  }
  return done(database.query(
      "insert into refused_reports as r (account_id, mode, click_id, goal, external_id, amount, reported_at) "
      "select distinct on (click_id, account_id, mode, goal, external_id) account_id, mode, click_id, goal, "
      "external_id, amount, reported_at from json_to_recordset($1) as x (account_id bigint, mode text, click_id uuid, "
      "goal text, external_id text, amount text, reported_at timestamptz) "
      "order by click_id, account_id, mode, goal, external_id on conflict (click_id, account_id, mode, goal, "
      "external_id) do update set times = r.times + 1, amount = excluded.amount, reported_at = excluded.reported_at",
      {given.array()}));
}

Result<std::vector<RefusedReport>> refused_reports_of(Database& database, const std::vector<std::string_view>& clicks) {
  if (clicks.empty()) return std::vector<RefusedReport>();
  return read_all<RefusedReport>(
      database.query(
          "select r.account_id, r.mode, r.click_id::text, r.goal, r.external_id, r.amount, "
          "(extract(epoch from r.reported_at) * 1000000)::bigint, a.public_id from refused_reports r "
          "join accounts a on a.id = r.account_id where r.click_id = any($1::uuid[]) and not exists (select from "
          "conversions c where c.click_id = r.click_id and c.account_id = r.account_id and c.mode = r.mode and "
          "lower(c.goal) = lower(r.goal) and coalesce(c.external_id, '') = r.external_id) order by r.id",
          {uuid_array(clicks)}),
      [](RowReader& in) {
        RefusedReport report;
        report.account = in.id<wire::AccountId>();
        report.mode = in.mode();
        report.click = wire::parse_uuid(in.text()).value_or(wire::ClickId{});
        report.goal = in.text();
        report.external_id = in.text();
        report.amount = in.text();
        report.reported_us = in.integer();
        report.account_public_id = in.text();
        return report;
      });
}

Result<std::int64_t> trim_refused_reports(Database& database, std::int64_t reported_before_us) {
  auto rows = database.query("delete from refused_reports where reported_at < $1", {timestamp_us(reported_before_us)});
  if (!rows) return Failure(rows.error());
  return rows->affected();
}

}  // namespace footfall::core
