#include "core/storage/dead_letters.h"

#include "core/storage/copy_payload.h"
#include "core/storage/row_reader.h"
#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

constexpr std::string_view kSelect =
    "select id, stream_id, number, count, reason, detail, raw, (extract(epoch from created_at) * 1000000)::bigint "
    "from dead_letters ";

Result<std::vector<DeadLetter>> read_letters(Result<Rows> rows) {
  return read_all<DeadLetter>(std::move(rows), [](RowReader& in) {
    DeadLetter letter;
    letter.id = in.integer();
    letter.stream_id = in.integer();
    letter.number = static_cast<std::uint64_t>(in.integer());
    letter.count = static_cast<std::uint64_t>(in.integer());
    letter.reason = in.text();
    letter.detail = in.text();
    letter.raw = in.bytes();
    letter.created_us = in.integer();
    return letter;
  });
}

}  // namespace

Result<void> add_dead_letters(Database& database, std::int64_t stream_id, const std::vector<NewDeadLetter>& letters) {
  if (letters.empty()) return {};
  CopyPayload payload;
  for (const auto& letter : letters) {
    payload.row(7);
    payload.int8(stream_id);
    payload.int8(static_cast<std::int64_t>(letter.number));
    payload.int8(static_cast<std::int64_t>(letter.count));
    payload.bytes(letter.reason);
    payload.bytes(valid_utf8(letter.detail));
    payload.bytes(letter.raw);
    letter.click ? payload.bytes(letter.click->view()) : payload.null();
  }
  auto copied = database.copy_in(
      "copy dead_letters (stream_id, number, count, reason, detail, raw, click_id) from stdin (format binary)",
      payload.payload());
  if (!copied) return Failure(copied.error());
  return {};
}

Result<std::vector<DeadLetter>> dead_letters(Database& database, const DeadLetterFilter& filter, bool lock) {
  const std::string sql = std::string(kSelect) +
                          "where replayed_at is null and id > $1 and ($2::bigint is null or id = $2) "
                          "and ($3::text is null or reason = $3) order by id limit $4";
  return read_letters(database.query(lock ? sql + " for update skip locked" : sql,
                                     {filter.above_id, filter.id, filter.reason, filter.limit}));
}

Result<std::vector<DeadLetter>> letters_with_bytes(Database& database, std::int64_t above_id, int limit) {
  return read_letters(
      database.query(std::string(kSelect) + "where id > $1 and raw <> '' order by id limit $2", {above_id, limit}));
}

Result<void> mark_replayed(Database& database, std::int64_t id) {
  auto rows = database.query("update dead_letters set replayed_at = now() where id = $1", {id});
  if (!rows) return Failure(rows.error());
  return {};
}

}  // namespace footfall::core
