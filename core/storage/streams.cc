// The position of a stream moves by compare-and-set, in the transaction that stores the clicks, and everything else
// that is known of a stream (head, end, retirement) is only ever raised, so that the order in which processes write it
// does not matter. Session locks, which PostgreSQL releases with the connection, say who works on a stream or holds a
// role.
#include "core/storage/streams.h"

#include <algorithm>

#include "core/storage/arrays.h"
#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

constexpr std::int32_t kStreamLocks = 0x464653;  // first key of pg_advisory_lock(int, int)
constexpr std::int32_t kRoleLocks = 0x464652;

constexpr std::string_view kColumns =
    "select id, encode(incarnation, 'hex'), edge, edge_number, position, resend_nonce, head, ended, "
    "retired_at is not null, (extract(epoch from heard_at) * 1000000)::bigint, voided, dead, duplicates, "
    "array_to_string(edges, ',') from streams ";

std::uint64_t unsigned_at(const Rows& rows, int row, int column) {
  return static_cast<std::uint64_t>(rows.integer(row, column));
}

std::vector<std::string> split(std::string_view names) {
  std::vector<std::string> all;
  while (!names.empty()) {
    const auto comma = std::min(names.find(','), names.size());
    all.emplace_back(names.substr(0, comma));
    names.remove_prefix(std::min(comma + 1, names.size()));
  }
  return all;
}

Result<std::vector<StreamRow>> load(Database& database, std::string_view condition,
                                    std::initializer_list<Param> parameters) {
  auto rows = database.query(std::string(kColumns) + std::string(condition), parameters);
  if (!rows) return Failure(rows.error());
  std::vector<StreamRow> streams(static_cast<std::size_t>(rows->size()));
  for (int r = 0; r < rows->size(); ++r) {
    auto& stream = streams[static_cast<std::size_t>(r)];
    stream.id = rows->integer(r, 0);
    stream.incarnation = wire::Incarnation::from_hex(rows->text(r, 1)).value();
    stream.edge = rows->text(r, 2);
    stream.edge_number = static_cast<std::uint32_t>(rows->integer(r, 3));
    stream.position = unsigned_at(*rows, r, 4);
    stream.resend_nonce = unsigned_at(*rows, r, 5);
    stream.head = unsigned_at(*rows, r, 6);
    stream.ended = rows->flag(r, 7);
    stream.retired = rows->flag(r, 8);
    stream.heard_us = rows->time_us(r, 9);
    stream.voided = unsigned_at(*rows, r, 10);
    stream.dead = unsigned_at(*rows, r, 11);
    stream.duplicates = unsigned_at(*rows, r, 12);
    stream.edges = split(rows->text(r, 13));
  }
  return streams;
}

Result<void> insert_streams(Database& database, const std::vector<StreamHeard>& heard, std::string_view on_conflict) {
  if (heard.empty()) return {};
  std::vector<std::string_view> incarnations;
  std::vector<std::string> edges;
  std::vector<std::uint32_t> numbers;
  std::vector<std::uint64_t> heads;
  std::vector<bool> ended;
  for (const auto& one : heard) {
    incarnations.push_back(one.incarnation.view());
    edges.push_back(one.edge);
    numbers.push_back(one.edge_number);
    heads.push_back(one.head);
    ended.push_back(one.ended);
  }
  auto rows = database.query(
      "insert into streams as s (incarnation, edge, edge_number, head, ended, edges, written_at) "
      "select i, e, n, h, x, array[e], case when not x then now() end "
      "from unnest($1::bytea[], $2::text[], $3::int[], $4::bigint[], $5::boolean[]) as u (i, e, n, h, x) " +
          std::string(on_conflict),
      {bytea_array(incarnations), text_array(edges), integer_array(numbers), integer_array(heads),
       boolean_array(ended)});
  if (!rows) return Failure(rows.error());
  return {};
}

Result<std::vector<std::string>> retire(Database& database, std::string_view condition, std::string_view actor,
                                        std::string_view reason, const Param& parameter) {
  // One statement: the retirement and its trace in the audit.
  auto rows = database.query(
      "with gone as (update streams set retired_at = now() where retired_at is null "
      "and not (ended and position >= head) and " +
          std::string(condition) +
          " returning encode(incarnation, 'hex') as name, edge, position, head), "
          "noted as (insert into audit (actor, action, subject, reason, details) select $2, 'edge.retire', name, $3, "
          "jsonb_build_object('edge', edge, 'position', position, 'head', head) from gone) select name from gone",
      {parameter, actor, reason});
  if (!rows) return Failure(rows.error());
  std::vector<std::string> names;
  for (int r = 0; r < rows->size(); ++r) names.emplace_back(rows->text(r, 0));
  return names;
}

}  // namespace

Result<DatabaseIdentity> database_identity(Database& database) {
  auto rows = database.query(
      "select (select value from settings where key = 'database_identity'), "
      "(select value::bigint from settings where key = 'recovery_epoch')");
  if (!rows) return Failure(rows.error());
  const auto identity = from_hex(rows->text(0, 0));
  if (!identity || identity->size() != 16) return internal("the database has no identity: run footfall-core migrate");
  return DatabaseIdentity{*identity, unsigned_at(*rows, 0, 1)};
}

Result<bool> raise_recovery_epoch(Database& database, std::uint64_t from, const wire::Incarnation& lost) {
  auto raised = database.query(
      "with raised as (update settings set value = (value::bigint + 1)::text where key = 'recovery_epoch' "
      "and value::bigint = $1 returning value), noted as (insert into audit (actor, action, subject, reason, details) "
      "select 'ingest', 'database.went_back', $2, 'commits that were published are missing', "
      "jsonb_build_object('epoch', value) from raised) select value::bigint from raised",
      {from, lost.hex()});
  if (!raised) return Failure(raised.error());
  return !raised->empty();
}

Result<void> note_seen(Database& database, const std::vector<StreamHeard>& seen) {
  return insert_streams(database, seen, "on conflict (incarnation) do nothing");
}

Result<void> note_heard(Database& database, const std::vector<StreamHeard>& heard) {
  // A head never falls: a copied log may know less of its incarnation than the edge that still writes it.
  const std::string of_copy =
      "(excluded.ended and excluded.edge <> s.edge and coalesce(s.written_at > now() - interval '10 seconds', false))";
  return insert_streams(
      database, heard,
      "on conflict (incarnation) do update set edge = case when " + of_copy + " then s.edge else excluded.edge end, " +
          "edge_number = case when " + of_copy + " then s.edge_number else excluded.edge_number end, " +
          "head = greatest(s.head, excluded.head), " + "ended = excluded.ended and excluded.head >= s.head and not " +
          of_copy + ", " + "written_at = case when excluded.ended then s.written_at else now() end, " +
          "edges = case when excluded.edge = any(s.edges) then s.edges " +
          "else (s.edges || excluded.edge)[greatest(1, cardinality(s.edges) - 14):] end, " +
          "heard_at = now(), retired_at = null");
}

Result<std::vector<StreamRow>> all_streams(Database& database) { return load(database, "order by id", {}); }

Result<std::vector<StreamRow>> open_streams(Database& database) {
  return load(database, "where not (ended and position >= head) order by id", {});
}

Result<std::vector<StreamRow>> streams_of(Database& database, const std::vector<wire::Incarnation>& incarnations) {
  std::vector<std::string_view> names;
  for (const auto& incarnation : incarnations) names.push_back(incarnation.view());
  return load(database, "where incarnation = any($1::bytea[])", {bytea_array(names)});
}

Result<bool> advance_stream(Database& database, const Advance& advance) {
  FOOTFALL_CHECK(advance.to > advance.from);
  auto rows = database.query(
      "update streams set position = $3, head = greatest(head, $3), voided = voided + $4, dead = dead + $5, "
      "duplicates = duplicates + $6 where id = $1 and position = $2",
      {advance.stream_id, advance.from, advance.to, advance.voided, advance.dead, advance.duplicates});
  if (!rows) return Failure(rows.error());
  return rows->affected() == 1;
}

Result<std::uint64_t> request_resend(Database& database, std::int64_t stream_id, std::uint64_t position) {
  auto rows = database.query(
      "update streams set resend_nonce = resend_nonce + 1 where id = $1 and position = $2 returning resend_nonce",
      {stream_id, position});
  if (!rows) return Failure(rows.error());
  return rows->empty() ? 0 : unsigned_at(*rows, 0, 0);
}

Result<std::vector<std::string>> retire_edge(Database& database, std::string_view edge, std::string_view actor) {
  return retire(database,
                "($1 = encode(incarnation, 'hex') or ($1 = edge and not (heard_at > now() - interval '10 seconds' and "
                "exists (select 1 from streams o where o.edge = streams.edge and o.id < streams.id and "
                "o.retired_at is null and not (o.ended and o.position >= o.head)))))",
                actor, "by the operator", edge);
}

Result<std::vector<std::string>> retire_silent_edges(Database& database, std::int64_t heard_before_us) {
  return retire(database, "heard_at < $1::timestamptz", "upkeep", "silent", timestamp_us(heard_before_us));
}

Result<std::int64_t> end_superseded(Database& database) {
  auto rows = database.query(
      "update streams s set ended = true where not s.ended and s.position >= s.head "
      "and s.heard_at < now() - interval '5 seconds' and exists (select 1 from streams t where t.edge = s.edge "
      "and t.id > s.id and t.heard_at > now() - interval '3 seconds')");
  if (!rows) return Failure(rows.error());
  return rows->affected();
}

Result<bool> try_lock_stream(Database& database, std::int64_t stream_id) {
  auto rows = database.query("select pg_try_advisory_lock($1::int, $2::int)", {kStreamLocks, stream_id});
  if (!rows) return Failure(rows.error());
  return rows->flag(0, 0);
}

Result<void> unlock_stream(Database& database, std::int64_t stream_id) {
  auto rows = database.query("select pg_advisory_unlock($1::int, $2::int)", {kStreamLocks, stream_id});
  if (!rows) return Failure(rows.error());
  return {};
}

Result<bool> try_lock_role(Database& database, Role role) {
  auto rows =
      database.query("select pg_try_advisory_lock($1::int, $2::int)", {kRoleLocks, static_cast<std::int64_t>(role)});
  if (!rows) return Failure(rows.error());
  return rows->flag(0, 0);
}

}  // namespace footfall::core
