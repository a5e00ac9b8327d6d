#include "core/storage/verdict_rules.h"

namespace footfall::core {

Result<std::int32_t> verdict_rules_id(Database& database, std::string_view digest) {
  // The update changes nothing, but makes the statement answer with the row that was there already.
  auto rows = database.query(
      "insert into click_rules (digest) values ($1) on conflict (digest) do update set digest = excluded.digest "
      "returning id",
      {bytea(digest)});
  if (!rows) return Failure(rows.error());
  return static_cast<std::int32_t>(rows->integer(0, 0));
}

}  // namespace footfall::core
