// Clicks are written by COPY straight into the partitioned table, which costs about a third of a staging table and
// INSERT … ON CONFLICT. COPY fails on a duplicate id, but duplicates are rare and known beforehand: a number of a
// stream is stored once, so only an id that a client chose can be there already, and those ids are looked up first. If
// COPY finds a duplicate all the same (a race between two edges), the caller goes back to its savepoint and looks up
// every id. Claims of uniqueness are made in the same two ways.
#include "core/storage/clicks.h"

#include <algorithm>
#include <cstring>
#include <set>
#include <tuple>

#include "core/storage/arrays.h"
#include "core/storage/rollups.h"
#include "proto/base/crypto.h"

namespace footfall::core {
namespace {

constexpr int kClickColumns = 26;
constexpr std::size_t kPieceBytes = 64 * 1024;
constexpr const char* kCopyClicks =
    "copy clicks (id, account_id, mode, received_at, campaign_id, affiliate_id, link_id, key_id, verdict, is_unique, "
    "source, visitor, ip, user_agent, referrer, landing, sub1, sub2, sub3, sub4, sub5, utm, params, stream_id, number, "
    "rules_id) "
    "from stdin (format binary)";

void append(CopyPayload& payload, const ClickOrigin& origin, const NewClick& click) {
  payload.row(kClickColumns);
  payload.bytes(click.id.view());
  payload.int8(static_cast<std::int64_t>(click.account.value));
  payload.int2(static_cast<std::int16_t>(click.mode));
  payload.time(click.received_us);
  payload.int8(static_cast<std::int64_t>(click.campaign.value));
  payload.int8_or_null(click.affiliate.value);
  payload.int8(static_cast<std::int64_t>(click.link.value));
  payload.int8_or_null(click.key.value);
  payload.int4(static_cast<std::int32_t>(click.verdict));
  payload.flag(click.is_unique);
  payload.int2(static_cast<std::int16_t>(click.source));
  payload.bytes_or_null(click.visitor);
  payload.bytes_or_null(click.ip);
  payload.bytes_or_null(click.user_agent);
  payload.bytes_or_null(click.referrer);
  payload.bytes_or_null(click.landing);
  for (const auto sub : click.sub) payload.bytes_or_null(sub);
  payload.json_or_null(click.utm);
  payload.json_or_null(click.params);
  payload.int8(origin.stream_id);
  payload.int8(static_cast<std::int64_t>(click.number));
  payload.int4(origin.rules_id);
}

std::string_view view(const UniqueKey& key) { return {reinterpret_cast<const char*>(key.data()), key.size()}; }

Result<std::vector<std::size_t>> claim_without_waiting(Database& database, const std::vector<UniqueClaim>& claims) {
  std::vector<std::string_view> keys;
  keys.reserve(claims.size());
  for (const auto& claim : claims) keys.push_back(view(claim.key));
  auto rows = database.query("select key from click_uniques where key = any($1::uuid[])", {uuid_array(keys)});
  if (!rows) return Failure(rows.error());
  std::set<UniqueKey> taken;
  for (int r = 0; r < rows->size(); ++r) taken.insert(wire::parse_uuid(rows->text(r, 0)).value().bytes);
  std::vector<std::size_t> late;
  CopyPayload payload;
  for (const auto& claim : claims) {
    if (taken.contains(claim.key)) {
      late.push_back(claim.index);
      continue;
    }
    payload.row(1);
    payload.bytes(view(claim.key));
  }
  auto copied = database.copy_in("copy click_uniques from stdin (format binary)", payload.payload());
  if (!copied) return Failure(copied.error());
  return late;
}

Result<std::vector<std::size_t>> claim_and_wait(Database& database, const std::vector<UniqueClaim>& claims) {
  CopyPayload payload;
  for (const auto& claim : claims) {
    payload.row(2);
    payload.int4(static_cast<std::int32_t>(claim.index));
    payload.bytes(view(claim.key));
  }
  auto staged = database.copy_in("copy staged_claims from stdin (format binary)", payload.payload());
  if (!staged) return Failure(staged.error());
  auto rows = database.query(
      "with won as (insert into click_uniques select key from staged_claims on conflict do nothing returning key) "
      "select n from staged_claims c where not exists (select 1 from won w where w.key = c.key)");
  if (!rows) return Failure(rows.error());
  std::vector<std::size_t> late;
  for (int r = 0; r < rows->size(); ++r) late.push_back(static_cast<std::size_t>(rows->integer(r, 0)));
  return late;
}

}  // namespace

void NewClick::remove_personal_data() {
  visitor = ip = user_agent = referrer = landing = utm = params = {};
  sub.fill({});
}

void NewClick::keep_minimum() {
  visitor = ip = {};
  referrer = minimal->referrer;
  landing = minimal->landing;
  params = minimal->params;
}

Result<void> prepare_click_session(Database& database) {
  auto made = database.execute(
      "set client_min_messages = warning;"
      "create temp table if not exists staged_ids (n int, id uuid, account_id bigint, mode smallint) "
      "on commit delete rows;"
      "create temp table if not exists staged_claims (n int, key uuid) "
      "on commit delete rows");
  if (!made) return Failure(made.error());
  return {};
}

Result<std::vector<KnownClick>> find_known_clicks(Database& database, std::span<const NewClick> clicks,
                                                  std::span<const std::size_t> candidates) {
  std::vector<KnownClick> known;
  if (candidates.empty()) return known;
  CopyPayload payload;
  wire::ClickId lowest = clicks[candidates.front()].id;
  wire::ClickId highest = lowest;
  for (const auto index : candidates) {
    const auto& click = clicks[index];
    payload.row(4);
    payload.int4(static_cast<std::int32_t>(index));
    payload.bytes(click.id.view());
    payload.int8(static_cast<std::int64_t>(click.account.value));
    payload.int2(static_cast<std::int16_t>(click.mode));
    lowest = std::min(lowest, click.id);
    highest = std::max(highest, click.id);
  }
  auto staged = database.copy_in("copy staged_ids from stdin (format binary)", payload.payload());
  if (!staged) return Failure(staged.error());
  // Bounds as literals prune the partitions when the statement is planned; the lateral look-up keeps the planner from
  // reading a whole partition for a few ids.
  const std::string sql =
      "select s.n, c.link_id, c.affiliate_id from staged_ids s cross join lateral (select link_id, affiliate_id "
      "from clicks c where c.id = s.id and c.account_id = s.account_id and c.mode = s.mode and c.id between '" +
      wire::to_uuid(lowest) + "' and '" + wire::to_uuid(highest) + "' limit 1) c";
  auto rows = database.execute(sql);
  if (!rows) return Failure(rows.error());
  for (int r = 0; r < rows->size(); ++r) {
    known.push_back({static_cast<std::size_t>(rows->integer(r, 0)),
                     {static_cast<std::uint64_t>(rows->integer(r, 1))},
                     {static_cast<std::uint64_t>(rows->integer(r, 2))}});
  }
  return known;
}

UniqueKey unique_key(std::int64_t hour, wire::LinkId link, std::string_view visitor) {
  static constexpr Key128 kFirst{1}, kSecond{2};  // the visitor is a keyed hash already
  char text[8 + 16];
  std::memcpy(text, &link.value, 8);
  const auto size = std::min<std::size_t>(visitor.size(), 16);
  std::copy_n(visitor.data(), size, text + 8);
  const std::uint64_t words[2] = {siphash(kFirst, {text, 8 + size}), siphash(kSecond, {text, 8 + size})};
  UniqueKey key;
  for (int i = 0; i < 4; ++i) key[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(hour >> (24 - 8 * i));
  std::memcpy(key.data() + 4, words, 12);
  return key;
}

std::vector<UniqueClaim> unique_claims(std::span<const NewClick> clicks) {
  std::vector<UniqueClaim> claims;
  claims.reserve(clicks.size());
  for (std::size_t i = 0; i < clicks.size(); ++i) {
    const auto& click = clicks[i];
    if (!click.net() || click.visitor.empty()) continue;
    claims.push_back({unique_key(click.hour(), click.link, click.visitor), i});
  }
  std::sort(claims.begin(), claims.end(), [](const UniqueClaim& a, const UniqueClaim& b) {
    return std::tie(a.key, a.index) < std::tie(b.key, b.index);
  });
  const auto same_key = [](const UniqueClaim& a, const UniqueClaim& b) { return a.key == b.key; };
  claims.erase(std::unique(claims.begin(), claims.end(), same_key), claims.end());
  return claims;
}

Result<std::vector<std::size_t>> claim_uniques(Database& database, const std::vector<UniqueClaim>& claims,
                                               bool contended) {
  if (claims.empty()) return std::vector<std::size_t>();
  return contended ? claim_and_wait(database, claims) : claim_without_waiting(database, claims);
}

Result<void> copy_clicks(Database& database, const ClickOrigin& origin, std::span<const NewClick> clicks,
                         CopyPayload& payload) {
  if (clicks.empty()) return {};
  payload.clear();
  std::size_t next = 0;
  bool ended = false;
  auto copied = database.copy_in_pieces(kCopyClicks, [&]() -> std::string_view {
    if (next > 0) payload.go_on();
    if (ended) return {};
    while (next < clicks.size() && payload.so_far().size() < kPieceBytes) append(payload, origin, clicks[next++]);
    ended = next == clicks.size();
    return ended ? payload.payload() : payload.so_far();
  });
  if (!copied) return Failure(copied.error());
  FOOTFALL_CHECK(*copied == static_cast<std::int64_t>(clicks.size()));
  return {};
}

Result<void> add_rollups(Database& database, std::int64_t stream_id, std::span<const NewClick> clicks) {
  Rollups rollups;
  for (const auto& click : clicks) {
    rollups.add({click.quarter_hour(), click.campaign, click.affiliate, click.link, click.account, click.mode},
                {1, click.net(), click.is_unique});
  }
  return rollups.write(database, stream_id);
}

Result<void> add_conflicts(Database& database, std::int64_t stream_id, const std::vector<const NewClick*>& clicks) {
  if (clicks.empty()) return {};
  CopyPayload payload;
  for (const auto* click : clicks) {
    payload.row(9);
    payload.bytes(click->id.view());
    payload.int8(static_cast<std::int64_t>(click->account.value));
    payload.int2(static_cast<std::int16_t>(click->mode));
    payload.int8(static_cast<std::int64_t>(click->campaign.value));
    payload.int8_or_null(click->affiliate.value);
    payload.int8(static_cast<std::int64_t>(click->link.value));
    payload.time(click->received_us);
    payload.int8(stream_id);
    payload.int8(static_cast<std::int64_t>(click->number));
  }
  auto copied = database.copy_in(
      "copy click_conflicts (id, account_id, mode, campaign_id, affiliate_id, link_id, received_at, stream_id, number) "
      "from stdin (format binary)",
      payload.payload());
  if (!copied) return Failure(copied.error());
  return {};
}

Result<std::vector<std::uint64_t>> accounts_that_heed_privacy(Database& database,
                                                              const std::vector<std::uint64_t>& accounts) {
  std::vector<std::uint64_t> heeding;
  if (accounts.empty()) return heeding;
  auto rows = database.query("select id from accounts where id = any($1::bigint[]) and policy ->> 'gpc' = 'minimal'",
                             {integer_array(accounts)});
  if (!rows) return Failure(rows.error());
  for (int r = 0; r < rows->size(); ++r) heeding.push_back(static_cast<std::uint64_t>(rows->integer(r, 0)));
  return heeding;
}

Result<std::vector<RevokedKey>> revoked_keys(Database& database, const std::vector<std::uint64_t>& keys) {
  std::vector<RevokedKey> revoked;
  if (keys.empty()) return revoked;
  auto rows = database.query(
      "select id, (extract(epoch from revoked_at) * 1000000)::bigint from api_keys where id = any($1::bigint[]) "
      "and revoked_at is not null",
      {integer_array(keys)});
  if (!rows) return Failure(rows.error());
  for (int r = 0; r < rows->size(); ++r) {
    revoked.push_back({static_cast<std::uint64_t>(rows->integer(r, 0)), rows->time_us(r, 1)});
  }
  return revoked;
}

}  // namespace footfall::core
