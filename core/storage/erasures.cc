#include "core/storage/erasures.h"

#include <algorithm>

namespace footfall::core {
namespace {

constexpr std::int64_t kErasureLock = 0x46464552;
constexpr std::string_view kBlank =
    "update clicks set visitor = null, ip = null, user_agent = null, referrer = null, landing = null, sub1 = null, "
    "sub2 = null, sub3 = null, sub4 = null, sub5 = null, utm = null, params = null where ";

std::array<char, 16> key_of(std::string_view bytes) {
  std::array<char, 16> key{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), key.size()), key.begin());
  return key;
}

Result<ErasureReport> erase(Database& database, const char* insert, const std::string& update, const Param& parameter,
                            std::string_view needle) {
  return database.transaction<ErasureReport>([&]() -> Result<ErasureReport> {
    auto locked = database.query("select pg_advisory_xact_lock($1)", {kErasureLock});
    if (!locked) return Failure(locked.error());
    auto noted = database.query(insert, {parameter});
    if (!noted) return Failure(noted.error());
    auto clicks = database.query(update, {parameter});
    if (!clicks) return Failure(clicks.error());
    // The bytes of a dead letter are not parsed here: a letter that contains the person's data loses all of its bytes.
    auto letters = database.query(
        "update dead_letters set raw = '', detail = 'erased', replayed_at = coalesce(replayed_at, now()) "
        "where position($1::bytea in raw) > 0",
        {bytea(needle)});
    if (!letters) return Failure(letters.error());
    return ErasureReport{clicks->affected(), letters->affected()};
  });
}

}  // namespace

Result<void> keep_erasures_out(Database& database) {
  auto locked = database.query("select pg_advisory_xact_lock_shared($1)", {kErasureLock});
  if (!locked) return Failure(locked.error());
  return {};
}

Result<void> Erasures::refresh(Database& database) {
  if (auto locked = keep_erasures_out(database); !locked) return locked;
  auto rows = database.query("select id, visitor, click_id::text from erasures where id > $1 order by id", {last_id_});
  if (!rows) return Failure(rows.error());
  for (int r = 0; r < rows->size(); ++r) {
    if (!rows->is_null(r, 1)) visitors_.insert(key_of(rows->bytes(r, 1)));
    if (!rows->is_null(r, 2)) {
      if (const auto id = wire::parse_uuid(rows->text(r, 2))) clicks_.insert(key_of(id->view()));
    }
    last_id_ = rows->integer(r, 0);
  }
  return {};
}

bool Erasures::cover(const wire::ClickId& id, std::string_view visitor) const {
  if (!visitors_.empty() && visitor.size() == 16 && visitors_.contains(key_of(visitor))) return true;
  return !clicks_.empty() && clicks_.contains(key_of(id.view()));
}

Result<ErasureReport> erase_visitor(Database& database, std::string_view visitor) {
  if (visitor.size() != 16) return invalid("a visitor hash has 16 bytes");
  return erase(database, "insert into erasures (visitor) values ($1) on conflict do nothing",
               std::string(kBlank) + "visitor = $1", bytea(visitor), visitor);
}

Result<ErasureReport> erase_click(Database& database, const wire::ClickId& id) {
  return erase(database, "insert into erasures (click_id) values ($1::uuid)", std::string(kBlank) + "id = $1::uuid",
               wire::to_uuid(id), id.view());
}

}  // namespace footfall::core
