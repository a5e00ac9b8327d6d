#include "core/storage/dead_letters.h"

#include "core/storage/copy_payload.h"
#include "proto/base/bytes.h"

namespace footfall::core {

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
  const std::string sql =
      "select id, stream_id, number, count, reason, detail, raw, (extract(epoch from created_at) * 1000000)::bigint "
      "from dead_letters where replayed_at is null and id > $1 and ($2::bigint is null or id = $2) "
      "and ($3::text is null or reason = $3) order by id limit $4";
  auto rows = database.query(lock ? sql + " for update skip locked" : sql,
                             {filter.above_id, filter.id, filter.reason, filter.limit});
  if (!rows) return Failure(rows.error());
  std::vector<DeadLetter> letters(static_cast<std::size_t>(rows->size()));
  for (int r = 0; r < rows->size(); ++r) {
    auto& letter = letters[static_cast<std::size_t>(r)];
    letter.id = rows->integer(r, 0);
    letter.stream_id = rows->integer(r, 1);
    letter.number = static_cast<std::uint64_t>(rows->integer(r, 2));
    letter.count = static_cast<std::uint64_t>(rows->integer(r, 3));
    letter.reason = rows->text(r, 4);
    letter.detail = rows->text(r, 5);
    letter.raw = rows->bytes(r, 6);
    letter.created_us = rows->time_us(r, 7);
  }
  return letters;
}

Result<void> mark_replayed(Database& database, std::int64_t id) {
  auto rows = database.query("update dead_letters set replayed_at = now() where id = $1", {id});
  if (!rows) return Failure(rows.error());
  return {};
}

}  // namespace footfall::core
