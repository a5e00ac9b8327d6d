// A letter that holds the bytes of the click's id, or of the visitor's hash, loses all of its bytes; for an affiliate,
// whose number may stand anywhere, letters are read. Rows are updated one partition at a time, so that no transaction
// becomes larger than a day.
#include "core/storage/erasures.h"

#include <algorithm>

#include "core/storage/arrays.h"
#include "core/storage/partitions.h"
#include "core/storage/row_reader.h"
#include "proto/wire/dialect.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kErasureLock = 0x46464552;
constexpr int kLettersAtOnce = 500;

// Whose rows are to lose their columns, as a condition with the parameters $1 (and $2).
struct Target {
  std::string clicks;
  std::string events;
  std::vector<Param> parameters;
};

std::array<char, 16> key_of(std::string_view bytes) {
  std::array<char, 16> key{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), key.size()), key.begin());
  return key;
}

// The transaction ends at once: it waits for those that store clicks, and they wait for it.
Result<Rows> note(Database& database, const char* insert, const Param& parameter) {
  return database.transaction<Rows>([&]() -> Result<Rows> {
    auto locked = database.query("select pg_advisory_xact_lock($1)", {kErasureLock});
    if (!locked) return locked;
    return database.query(insert, {parameter});
  });
}

Result<void> blank_day(Database& database, const Target& target, std::int64_t day, ErasureReport& report) {
  std::vector<Param> parameters = target.parameters;
  parameters.emplace_back(lowest_click_id(day));
  parameters.emplace_back(lowest_click_id(day + 1));
  const std::string first = "$" + std::to_string(parameters.size() - 1) + "::uuid";
  const std::string end = "$" + std::to_string(parameters.size()) + "::uuid";
  auto rows = database.query(
      "with blanked as (update clicks set visitor = null, ip = null, user_agent = null, referrer = null, "
      "landing = null, sub1 = null, sub2 = null, sub3 = null, sub4 = null, sub5 = null, utm = null, params = null "
      "where " +
          target.clicks + " and id >= " + first + " and id < " + end +
          " and num_nonnulls(visitor, ip, user_agent, referrer, landing, sub1, sub2, sub3, sub4, sub5, utm, params) > "
          "0 "
          "returning id), told as (update events set url = null, referrer = null where (click_id in (select id from "
          "blanked)" +
          target.events + ") and click_id >= " + first + " and click_id < " + end +
          " and num_nonnulls(url, referrer) > 0 returning 1), called as (update postback_log set parameters = '' where "
          "parameters <> '' and conversion_id in (select v.public_id from conversions v join blanked b on b.id = "
          "v.click_id) returning 1) "
          "select (select count(*) from blanked), (select count(*) from told), (select count(*) from called)",
      parameters);
  if (!rows) return Failure(rows.error());
  report.clicks += rows->integer(0, 0);
  report.events += rows->integer(0, 1);
  report.callbacks += rows->integer(0, 2);
  return {};
}

Result<void> empty_letters_with(Database& database, std::string_view bytes, ErasureReport& report) {
  auto letters = database.query(
      "update dead_letters set raw = '', detail = 'erased', replayed_at = coalesce(replayed_at, now()) "
      "where position($1::bytea in raw) > 0",
      {bytea(bytes)});
  if (!letters) return Failure(letters.error());
  report.dead_letters += letters->affected();
  return {};
}

// Callbacks that name the click, in whatever spelling, booked or refused.
Result<void> empty_callbacks_of(Database& database, const wire::ClickId& id, ErasureReport& report) {
  std::vector<std::string> spellings;
  for (const wire::Dialect dialect : {wire::Dialect::selgeo, wire::Dialect::affspace, wire::Dialect::affily}) {
    spellings.push_back("%" + wire::format_click_id(dialect, id) + "%");
  }
  auto emptied = database.query(
      "update postback_log set parameters = '' where parameters <> '' and parameters ilike any($1::text[])",
      {text_array(spellings)});
  if (!emptied) return Failure(emptied.error());
  report.callbacks += emptied->affected();
  return {};
}

Result<void> empty_letter(Database& database, std::int64_t id) {
  return done(database.query(
      "update dead_letters set raw = '', detail = 'erased', replayed_at = coalesce(replayed_at, now()) where id = $1",
      {id}));
}

Result<ErasureReport> blank_all(Database& database, const Target& target) {
  ErasureReport report;
  auto days = stored_days(database);
  if (!days) return Failure(days.error());
  for (const std::int64_t day : *days) {
    if (auto blanked = blank_day(database, target, day, report); !blanked) return Failure(blanked.error());
  }
  return report;
}

}  // namespace

Result<void> keep_erasures_out(Database& database) {
  return done(database.query("select pg_advisory_xact_lock_shared($1)", {kErasureLock}));
}

Result<std::int64_t> trim_erasures(Database& database, std::int64_t before_us) {
  auto rows = database.query("delete from erasures where created_at < $1", {timestamp_us(before_us)});
  if (!rows) return Failure(rows.error());
  return rows->affected();
}

Result<void> Erasures::refresh(Database& database) {
  if (auto locked = keep_erasures_out(database); !locked) return locked;
  auto rows = database.query(
      "select id, visitor, click_id::text, affiliate_id, (extract(epoch from received_before) * 1000000)::bigint "
      "from erasures where id > $1 order by id",
      {last_id_});
  if (!rows) return Failure(rows.error());
  for (int r = 0; r < rows->size(); ++r) {
    if (!rows->is_null(r, 1)) visitors_.insert(key_of(rows->bytes(r, 1)));
    if (!rows->is_null(r, 2)) {
      if (const auto id = wire::parse_uuid(rows->text(r, 2))) clicks_.insert(key_of(id->view()));
    }
    if (!rows->is_null(r, 3)) {
      auto& until_us = affiliates_[static_cast<std::uint64_t>(rows->integer(r, 3))];
      until_us = std::max(until_us, rows->integer(r, 4));
    }
    last_id_ = rows->integer(r, 0);
  }
  return {};
}

bool Erasures::cover(const ErasableClick& click) const {
  if (!visitors_.empty() && click.visitor.size() == 16 && visitors_.contains(key_of(click.visitor))) return true;
  if (!affiliates_.empty()) {
    const auto affiliate = affiliates_.find(click.affiliate.value);
    if (affiliate != affiliates_.end() && click.received_us < affiliate->second) return true;
  }
  return !clicks_.empty() && clicks_.contains(key_of(click.id.view()));
}

Result<ErasureReport> erase_click(Database& database, const wire::ClickId& id) {
  const std::string text = wire::to_uuid(id);
  auto noted = note(database,
                    "insert into erasures (click_id) select $1::uuid where not exists "
                    "(select 1 from erasures where click_id = $1::uuid)",
                    text);
  if (!noted) return Failure(noted.error());
  ErasureReport report;
  const Target target{"id = $1::uuid", " or click_id = $1::uuid", {text}};
  auto blanked = blank_day(database, target, id.time_ms() / kDayMs, report);
  if (!blanked) return Failure(blanked.error());
  if (auto emptied = empty_letters_with(database, id.view(), report); !emptied) return Failure(emptied.error());
  if (auto emptied = empty_callbacks_of(database, id, report); !emptied) return Failure(emptied.error());
  return report;
}

Result<ErasureReport> erase_visitor(Database& database, std::string_view visitor) {
  if (visitor.size() != 16) return invalid("a visitor hash has 16 bytes");
  auto noted =
      note(database, "insert into erasures (visitor) values ($1) on conflict (visitor) do nothing", bytea(visitor));
  if (!noted) return Failure(noted.error());
  auto report = blank_all(database, {"visitor = $1", "", {bytea(visitor)}});
  if (!report) return report;
  if (auto emptied = empty_letters_with(database, visitor, *report); !emptied) return Failure(emptied.error());
  auto forgotten = database.query("delete from open_unique_claims where visitor = $1", {bytea(visitor)});
  if (!forgotten) return Failure(forgotten.error());
  return report;
}

Result<ErasureReport> erase_affiliate_clicks(Database& database, wire::AffiliateId affiliate,
                                             const LetterReader& reader) {
  auto noted = note(database,
                    "insert into erasures (affiliate_id, received_before) values ($1, clock_timestamp()) "
                    "returning (extract(epoch from received_before) * 1000000)::bigint",
                    affiliate.value);
  if (!noted) return Failure(noted.error());
  const std::int64_t before_us = noted->integer(0, 0);
  auto report = blank_all(database, {"affiliate_id = $1 and received_at < $2",
                                     " or (affiliate_id = $1 and created_at < $2)",
                                     {affiliate.value, timestamp_us(before_us)}});
  if (!report) return report;
  std::int64_t after = 0;
  while (true) {
    auto letters = letters_with_bytes(database, after, kLettersAtOnce);
    if (!letters) return Failure(letters.error());
    if (letters->empty()) return report;
    for (const DeadLetter& letter : *letters) {
      after = letter.id;
      const auto clicks = reader(letter);
      if (!clicks) {
        ++report->unreadable_letters;
        continue;
      }
      const bool covered = std::ranges::any_of(*clicks, [&](const LetterClick& click) {
        return click.affiliate == affiliate && click.received_us < before_us;
      });
      if (!covered) continue;
      if (auto emptied = empty_letter(database, letter.id); !emptied) return Failure(emptied.error());
      ++report->dead_letters;
    }
  }
}

}  // namespace footfall::core
