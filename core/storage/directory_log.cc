// Links, campaigns and keys are read in the form in which edges know them: what a status of the account or of the
// enrolment means for the edge is decided in the SELECT. The same SELECT serves changes (by ids) and snapshots (by
// pages in the order of ids).
#include "core/storage/directory_log.h"

#include "core/domain/policy.h"
#include "core/storage/arrays.h"
#include "core/storage/copy_payload.h"
#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

std::uint64_t unsigned_at(const Rows& rows, int row, int column) {
  return static_cast<std::uint64_t>(rows.integer(row, column));
}
std::uint32_t small_at(const Rows& rows, int row, int column) {
  return static_cast<std::uint32_t>(rows.integer(row, column));
}

// Either the rows with these ids, or the living ones above a cursor.
Result<Rows> select(Database& database, const std::string& columns, const char* alias, std::string_view alive,
                    const EntityRange& range) {
  const std::string name(alias);
  if (!range.ids.empty()) {
    return database.query(columns + " where " + name + ".id = any($1::bigint[])", {integer_array(range.ids)});
  }
  return database.query(
      columns + " where " + name + ".id > $1 and " + std::string(alive) + " order by " + name + ".id limit $2",
      {range.after, range.limit});
}

const std::string kLinks =
    "select l.id, l.version, l.status = 'deleted', l.host, l.code_fold, l.campaign_id, "
    "case when a.status = 'active' and e.status = 'active' then l.affiliate_id else 0 end, coalesce(l.target_url, ''), "
    "case l.status when 'active' then 0 when 'paused' then 1 else 2 end, "
    "coalesce(extract(epoch from l.expires_at), 0)::bigint, coalesce(l.fallback_url, ''), "
    "coalesce(extract(epoch from l.starts_at), 0)::bigint, l.is_capped, l.targets, "
    "case when a.status = 'active' and e.status = 'active' and position('{affiliate}' in concat("
    "l.target_url, l.fallback_url, l.targets, c.target_url, c.fallback_url)) > 0 then a.public_id else '' end from "
    "links l join campaigns c on c.id = l.campaign_id "
    "left join affiliates a on a.id = l.affiliate_id "
    "left join enrolments e on e.campaign_id = l.campaign_id and e.affiliate_id = l.affiliate_id";

const std::string kCampaigns =
    "select c.id, c.version, c.status = 'deleted', c.account_id, case c.mode when 'test' then 1 else 0 end, a.dialect, "
    "c.target_url, case when a.status <> 'active' then 2 when c.status = 'active' then 0 "
    "when c.status = 'paused' then 1 when c.status = 'draft' then 3 else 2 end, "
    "coalesce(extract(epoch from c.expires_at), 0)::bigint, "
    "coalesce(c.fallback_url, ''), coalesce(c.click_parameter, ''), c.public_id, c.deep_link_hosts "
    "from campaigns c join accounts a on a.id = c.account_id";

// A key without a limit of its own has the documented one (SEL-14).
std::string public_keys() {
  const LimitZone& clicks = policy_of(wire::Dialect::selgeo).public_zones.front();
  return "select k.id, k.version, k.revoked_at is not null or a.status <> 'active', k.hash, k.account_id, "
         "case k.mode when 'test' then 1 else 0 end, coalesce((k.limits ->> '" +
         std::string(clicks.name) + "')::bigint, " + std::to_string(clicks.per_minute) +
         "), a.link_host, k.origin_hosts from api_keys k join accounts a on a.id = k.account_id and k.kind = "
         "'public'";
}

}  // namespace

Result<DirectoryState> directory_state(Database& database) {
  auto rows = database.query("select epoch, version from directory_state");
  if (!rows) return Failure(rows.error());
  if (rows->empty()) return internal("directory_state is empty: run footfall-core migrate");
  return DirectoryState{unsigned_at(*rows, 0, 0), unsigned_at(*rows, 0, 1)};
}

Result<DirectoryProgress> directory_progress(Database& database) {
  auto rows = database.query("select epoch, version, (select count(*) from directory_outbox) from directory_state");
  if (!rows) return Failure(rows.error());
  if (rows->empty()) return internal("directory_state is empty: run footfall-core migrate");
  return DirectoryProgress{{unsigned_at(*rows, 0, 0), unsigned_at(*rows, 0, 1)}, rows->integer(0, 2)};
}

Result<std::optional<DirectoryState>> directory_state_if_published(Database& database) {
  auto rows = database.query("select epoch, version, exists(select 1 from directory_outbox) from directory_state");
  if (!rows) return Failure(rows.error());
  if (rows->empty()) return internal("directory_state is empty: run footfall-core migrate");
  if (rows->flag(0, 2)) return std::optional<DirectoryState>();
  return DirectoryState{unsigned_at(*rows, 0, 0), unsigned_at(*rows, 0, 1)};
}

Result<bool> set_directory_state(Database& database, const DirectoryState& from, const DirectoryState& to) {
  FOOTFALL_CHECK(to.epoch >= from.epoch && to.version >= from.version);
  auto rows = database.query("update directory_state set epoch = $3, version = $4 where epoch = $1 and version = $2",
                             {from.epoch, from.version, to.epoch, to.version});
  if (!rows) return Failure(rows.error());
  return rows->affected() == 1;
}

Result<std::uint64_t> raise_directory_epoch(Database& database) {
  auto rows = database.query("update directory_state set epoch = epoch + 1 returning epoch");
  if (!rows) return Failure(rows.error());
  return unsigned_at(*rows, 0, 0);
}

Result<std::vector<DirectoryNote>> directory_notes(Database& database, std::int64_t limit) {
  auto rows = database.query(
      "select id, kind, entity_id, (extract(epoch from noted_at) * 1000000)::bigint from directory_outbox "
      "order by id limit $1",
      {limit});
  if (!rows) return Failure(rows.error());
  std::vector<DirectoryNote> notes;
  notes.reserve(static_cast<std::size_t>(rows->size()));
  for (int r = 0; r < rows->size(); ++r) {
    notes.push_back({rows->integer(r, 0), std::string(rows->text(r, 1)), rows->integer(r, 2), rows->time_us(r, 3)});
  }
  return notes;
}

Result<void> delete_directory_notes(Database& database, const std::vector<std::int64_t>& ids) {
  auto rows = database.query("delete from directory_outbox where id = any($1::bigint[])", {integer_array(ids)});
  if (!rows) return Failure(rows.error());
  return {};
}

Result<std::int64_t> directory_notes_waiting(Database& database) {
  auto rows = database.query("select count(*) from directory_outbox");
  if (!rows) return Failure(rows.error());
  return rows->integer(0, 0);
}

Result<void> append_directory_log(Database& database, std::uint64_t epoch,
                                  const std::vector<PublishedChange>& changes) {
  CopyPayload payload;
  for (const auto& change : changes) {
    payload.row(3);
    payload.int8(static_cast<std::int64_t>(epoch));
    payload.int8(static_cast<std::int64_t>(change.version));
    payload.bytes(change.change);
  }
  auto copied =
      database.copy_in("copy directory_log (epoch, version, change) from stdin (format binary)", payload.payload());
  if (!copied) return Failure(copied.error());
  return {};
}

Result<std::vector<PublishedChange>> directory_log_after(Database& database, std::uint64_t epoch, std::uint64_t after,
                                                         std::int64_t limit) {
  auto rows = database.query(
      "select version, change from directory_log where epoch = $1 and version > $2 order by version limit $3",
      {epoch, after, limit});
  if (!rows) return Failure(rows.error());
  std::vector<PublishedChange> changes;
  for (int r = 0; r < rows->size(); ++r) {
    const auto version = unsigned_at(*rows, r, 0);
    if (version != after + static_cast<std::uint64_t>(r) + 1) break;
    changes.push_back({version, rows->bytes(r, 1)});
  }
  return changes;
}

Result<std::int64_t> trim_directory_log(Database& database, std::int64_t published_before_us) {
  auto rows = database.query("delete from directory_log where published_at < $1::timestamptz",
                             {timestamp_us(published_before_us)});
  if (!rows) return Failure(rows.error());
  return rows->affected();
}

Result<std::vector<LinkEntity>> link_entities(Database& database, const EntityRange& range) {
  auto rows = select(database, kLinks, "l", "l.status <> 'deleted'", range);
  if (!rows) return Failure(rows.error());
  std::vector<LinkEntity> links;
  links.reserve(static_cast<std::size_t>(rows->size()));
  for (int r = 0; r < rows->size(); ++r) {
    links.push_back({unsigned_at(*rows, r, 0), unsigned_at(*rows, r, 1), rows->flag(r, 2),
                     std::string(rows->text(r, 3)), std::string(rows->text(r, 4)), unsigned_at(*rows, r, 5),
                     unsigned_at(*rows, r, 6), std::string(rows->text(r, 7)), small_at(*rows, r, 8),
                     unsigned_at(*rows, r, 9), std::string(rows->text(r, 10)), unsigned_at(*rows, r, 11),
                     rows->flag(r, 12), std::string(rows->text(r, 13)), std::string(rows->text(r, 14))});
  }
  return links;
}

Result<std::vector<CampaignEntity>> campaign_entities(Database& database, const EntityRange& range) {
  auto rows = select(database, kCampaigns, "c", "c.status <> 'deleted'", range);
  if (!rows) return Failure(rows.error());
  std::vector<CampaignEntity> campaigns;
  for (int r = 0; r < rows->size(); ++r) {
    campaigns.push_back({unsigned_at(*rows, r, 0), unsigned_at(*rows, r, 1), rows->flag(r, 2), unsigned_at(*rows, r, 3),
                         small_at(*rows, r, 4), std::string(rows->text(r, 5)), std::string(rows->text(r, 6)),
                         small_at(*rows, r, 7), unsigned_at(*rows, r, 8), std::string(rows->text(r, 9)),
                         std::string(rows->text(r, 10)), std::string(rows->text(r, 11)),
                         std::string(rows->text(r, 12))});
  }
  return campaigns;
}

Result<std::vector<KeyEntity>> key_entities(Database& database, const EntityRange& range) {
  auto rows = select(database, public_keys(), "k", "k.revoked_at is null and a.status = 'active'", range);
  if (!rows) return Failure(rows.error());
  std::vector<KeyEntity> keys;
  for (int r = 0; r < rows->size(); ++r) {
    keys.push_back({unsigned_at(*rows, r, 0), unsigned_at(*rows, r, 1), rows->flag(r, 2), rows->bytes(r, 3),
                    unsigned_at(*rows, r, 4), small_at(*rows, r, 5), small_at(*rows, r, 6),
                    std::string(rows->text(r, 7)), std::string(rows->text(r, 8))});
  }
  return keys;
}

Result<SecretValues> directory_secrets(Database& database) {
  auto rows = database.query(
      "select (select value from settings where key = 'tag_key'), "
      "(select value from settings where key = 'draw_key')");
  if (!rows) return Failure(rows.error());
  const auto tag = from_hex(rows->text(0, 0));
  const auto draw = from_hex(rows->text(0, 1));
  if (!tag || !draw || tag->size() != 16 || draw->size() != 16) {
    return internal("settings tag_key and draw_key are not 16 bytes in hex");
  }
  return SecretValues{*tag, *draw};
}

}  // namespace footfall::core
