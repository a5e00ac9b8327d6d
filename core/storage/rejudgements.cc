// Which click of a visitor's hour is the unique one is decided when the run has left the hour: any later click of the
// hour may have been acquitted or convicted, too. The table click_uniques keeps the last word, as for ingest, so clicks
// that arrive meanwhile and a run that was cut short cannot make a second unique click.
#include "core/storage/rejudgements.h"

#include <algorithm>
#include <map>

#include "core/storage/arrays.h"
#include "core/storage/clicks.h"
#include "core/storage/rollups.h"
#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kQuarterMs = 900'000;

std::string_view view(const UniqueKey& key) { return {reinterpret_cast<const char*>(key.data()), key.size()}; }

UniqueKey key_of(const ClickToJudge& click) {
  return unique_key(click.key.id.time_ms() / kHourMs, click.link, click.visitor);
}

// The lowest key, or id, of an hour.
UniqueKey lowest_key(std::int64_t hour) {
  UniqueKey key{};
  for (std::size_t i = 0; i < 4; ++i) key[i] = static_cast<std::uint8_t>(hour >> (24 - 8 * i));
  return key;
}
std::string lowest_id(std::int64_t hour) {
  wire::ClickId id;
  const auto ms = static_cast<std::uint64_t>(hour * kHourMs);
  for (std::size_t i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
  return wire::to_uuid(id);
}

std::string uuid_text(const UniqueKey& key) { return wire::to_uuid({key}); }

ClickKey read_key(RowReader& in) {
  ClickKey key;
  key.id = wire::parse_uuid(in.text()).value_or(wire::ClickId{});
  key.account = in.id<wire::AccountId>();
  key.mode = in.integer() == 1 ? wire::Mode::test : wire::Mode::live;
  return key;
}

ClickToJudge read_click(RowReader& in) {
  ClickToJudge click;
  click.key = read_key(in);
  click.campaign = in.id<wire::CampaignId>();
  click.affiliate = in.id<wire::AffiliateId>();
  click.link = in.id<wire::LinkId>();
  click.stream_id = in.integer();
  click.verdict = static_cast<std::uint32_t>(in.integer());
  click.is_unique = in.flag();
  click.is_revoked = in.flag();
  click.visitor = in.bytes();
  click.ip = in.bytes();
  click.user_agent = in.text();
  return click;
}
constexpr std::string_view kClick =
    "select c.id::text, c.account_id, c.mode, c.campaign_id, c.affiliate_id, c.link_id, c.stream_id, c.verdict, "
    "c.is_unique, coalesce(c.received_at > p.revoked_at, false), c.visitor, c.ip, coalesce(c.user_agent, '') "
    "from clicks c left join api_keys p on p.id = c.key_id ";

// What the roll-ups of each stream gain and lose.
class Corrections {
 public:
  void add(const ClickToJudge& click, std::int64_t net, std::int64_t uniques) {
    streams_[click.stream_id].add({click.key.id.time_ms() / kQuarterMs, click.campaign, click.affiliate, click.link,
                                   click.key.account, click.key.mode},
                                  {0, net, uniques});
  }
  Result<void> write(Database& database) const {
    for (const auto& [stream_id, rollups] : streams_) {
      if (auto written = rollups.write(database, stream_id); !written) return written;
    }
    return {};
  }

 private:
  std::map<std::int64_t, Rollups> streams_;
};

struct Columns {
  std::vector<std::string_view> ids;
  std::vector<std::uint64_t> accounts;
  std::vector<int> modes;
  void add(const ClickKey& key) {
    ids.push_back(key.id.view());
    accounts.push_back(key.account.value);
    modes.push_back(static_cast<int>(key.mode));
  }
};

}  // namespace

Result<Rejudgement> begin_or_resume(Database& database, const std::string& from_id, const std::string& to_id,
                                    std::int32_t rules_id) {
  auto rows = database.query(
      "with unfinished as (select * from rejudgements where from_id = $1::uuid and to_id = $2::uuid and rules_id = $3 "
      "and finished_at is null order by id limit 1), made as (insert into rejudgements (public_id, from_id, to_id, "
      "rules_id) select $4, $1::uuid, $2::uuid, $3 where not exists (select 1 from unfinished) returning *) "
      "select id, public_id, last_id::text, last_account, last_mode, clicks, convicted, acquitted, other_reason, "
      "rejected, restored, attributed, paid, by_hand, refused from (table unfinished union all table made) run",
      {from_id, to_id, static_cast<std::int64_t>(rules_id), wire::new_public_id("rej_")});
  return read_one<Rejudgement>(
      std::move(rows),
      [&](RowReader& in) {
        Rejudgement run;
        run.from_id = from_id;
        run.to_id = to_id;
        run.rules_id = rules_id;
        run.id = in.integer();
        run.public_id = in.text();
        const ClickKey last = read_key(in);
        if (last.id != wire::ClickId{}) run.last = last;
        auto& counts = run.counts;
        for (auto* count :
             {&counts.clicks, &counts.convicted, &counts.acquitted, &counts.other_reason, &counts.rejected,
              &counts.restored, &counts.attributed, &counts.paid, &counts.by_hand, &counts.refused}) {
          *count = in.integer();
        }
        return run;
      },
      "no such run");
}

Result<void> store_progress(Database& database, const Rejudgement& run) {
  const auto& counts = run.counts;
  return done(database.query(
      "update rejudgements set last_id = $2::uuid, last_account = $3, last_mode = $4, clicks = $5, convicted = $6, "
      "acquitted = $7, other_reason = $8, rejected = $9, restored = $10, attributed = $11, paid = $12, by_hand = $13, "
      "refused = $14 "
      "where id = $1",
      {run.id, run.last ? Param(wire::to_uuid(run.last->id)) : Param(std::nullopt),
       run.last ? Param(run.last->account.value) : Param(std::nullopt),
       run.last ? Param(static_cast<int>(run.last->mode)) : Param(std::nullopt), counts.clicks, counts.convicted,
       counts.acquitted, counts.other_reason, counts.rejected, counts.restored, counts.attributed, counts.paid,
       counts.by_hand, counts.refused}));
}

Result<void> finish(Database& database, const Rejudgement& run) {
  return done(database.query("update rejudgements set finished_at = now() where id = $1", {run.id}));
}

Result<void> keep_rejudging_out(Database& database) {
  return done(database.query("select pg_advisory_xact_lock_shared($1)", {kRejudgingLock}));
}

RejudgingKeptOut::RejudgingKeptOut(Database& database)
    : database_(database),
      is_held_(database.query("select pg_advisory_lock_shared($1)", {kRejudgingLock}).has_value()) {}

// With its connection the lock is gone anyway.
RejudgingKeptOut::~RejudgingKeptOut() {
  if (is_held_) (void)database_.query("select pg_advisory_unlock_shared($1)", {kRejudgingLock});
}

Result<void> keep_other_runs_out(Database& database) {
  return done(database.query("select pg_advisory_xact_lock($1)", {kRejudgingLock}));
}

Result<std::vector<ClickToJudge>> read_clicks_to_judge(Database& database, const Rejudgement& run, int limit) {
  std::vector<Param> parameters{run.from_id, run.to_id, limit};
  std::string where = "where c.id >= $1::uuid and c.id < $2::uuid ";
  if (run.last) {
    parameters[0] = wire::to_uuid(run.last->id);  // prunes partitions, which the comparison of rows does not
    parameters.emplace_back(run.last->account.value);
    parameters.emplace_back(static_cast<int>(run.last->mode));
    where += "and (c.id, c.account_id, c.mode) > ($1::uuid, $4, $5) ";
  }
  return read_all<ClickToJudge>(
      database.query(std::string(kClick) + where + "order by c.id, c.account_id, c.mode limit $3", parameters),
      read_click);
}

Result<void> store_verdicts(Database& database, std::span<const NewVerdict> changed) {
  if (changed.empty()) return {};
  Columns columns;
  std::vector<std::uint32_t> verdicts;
  std::vector<bool> uniques;
  Corrections corrections;
  std::map<UniqueKey, const ClickToJudge*> open;
  std::vector<UniqueKey> given_back;
  for (const auto& [click, verdict] : changed) {
    const bool was_net = click->verdict == 0;
    const bool is_net = verdict == 0;
    const bool stays_unique = click->is_unique && is_net;
    columns.add(click->key);
    verdicts.push_back(verdict);
    uniques.push_back(stays_unique);
    corrections.add(*click, is_net - was_net, stays_unique - click->is_unique);
    // The claim of a click whose visitor was erased cannot be found any more, and stays.
    if (click->visitor.empty() || was_net == is_net) continue;
    const UniqueKey key = key_of(*click);
    if (click->is_unique) given_back.push_back(key);
    if (click->is_unique || is_net) open.emplace(key, click);
  }
  std::vector<std::string_view> open_keys, visitors, back;
  std::vector<std::uint64_t> links;
  for (const auto& [key, click] : open) {
    open_keys.push_back(view(key));
    links.push_back(click->link.value);
    visitors.push_back(click->visitor);
  }
  for (const auto& key : given_back) back.push_back(view(key));
  if (!back.empty()) {
    auto removed = database.query("delete from click_uniques where key = any($1::uuid[])", {uuid_array(back)});
    if (!removed) return Failure(removed.error());
  }
  if (!open_keys.empty()) {
    auto noted = database.query(
        "insert into open_unique_claims (key, link_id, visitor) select * from unnest($1::uuid[], $2::bigint[], "
        "$3::bytea[]) on conflict do nothing",
        {uuid_array(open_keys), integer_array(links), bytea_array(visitors)});
    if (!noted) return Failure(noted.error());
  }
  auto updated = database.query(
      "update clicks c set verdict = x.v, is_unique = x.u from unnest($1::uuid[], $2::bigint[], $3::smallint[], "
      "$4::int[], $5::boolean[]) as x (id, a, m, v, u) where c.id = x.id and c.account_id = x.a and c.mode = x.m and "
      "c.id between $6::uuid and $7::uuid",
      {uuid_array(columns.ids), integer_array(columns.accounts), integer_array(columns.modes), integer_array(verdicts),
       boolean_array(uniques), wire::to_uuid(changed.front().click->key.id),
       wire::to_uuid(changed.back().click->key.id)});
  if (!updated) return Failure(updated.error());
  if (auto noted = done(database.query("update click_judgements set pages = pages + 1")); !noted) return noted;
  return corrections.write(database);
}

Result<void> note_rules(Database& database, std::span<const ClickToJudge> page, std::int32_t rules_id) {
  if (page.empty()) return {};
  const ClickKey& first = page.front().key;
  const ClickKey& last = page.back().key;
  return done(database.query(
      "update clicks set rules_id = $1 where id between $2::uuid and $3::uuid and rules_id is distinct from $1 and "
      "(id, account_id, mode) between ($2::uuid, $4::bigint, $5::smallint) and ($3::uuid, $6::bigint, $7::smallint)",
      {static_cast<std::int64_t>(rules_id), wire::to_uuid(first.id), wire::to_uuid(last.id), first.account.value,
       static_cast<int>(first.mode), last.account.value, static_cast<int>(last.mode)}));
}

Result<std::int64_t> settle_unique_claims(Database& database, std::int64_t hour, int limit) {
  auto first = database.query("select key from open_unique_claims where key < $1::uuid order by key limit 1",
                              {uuid_text(lowest_key(hour))});
  if (!first) return Failure(first.error());
  if (first->empty()) return 0;
  const auto lowest = wire::parse_uuid(first->text(0, 0)).value_or(wire::ClickId{});
  std::int64_t open_hour = 0;
  for (std::size_t i = 0; i < 4; ++i) open_hour = open_hour << 8 | lowest.bytes[i];

  const std::vector<Param> chunk{uuid_text(lowest_key(open_hour + 1)), limit};
  auto winners = read_all<ClickToJudge>(
      database.query("with open as (select * from open_unique_claims where key < $1::uuid order by key limit $2), "
                     "candidate as (select distinct on (o.key) o.key, c.id, c.account_id, c.mode from open o join "
                     "clicks c on c.link_id = o.link_id and c.visitor = o.visitor where c.id >= $3::uuid and "
                     "c.id < $4::uuid and c.verdict = 0 order by o.key, c.id, c.account_id, c.mode), "
                     "won as (insert into click_uniques select key from candidate order by key on conflict do nothing "
                     "returning key) " +
                         std::string(kClick) +
                         "join candidate on (c.id, c.account_id, c.mode) = (candidate.id, candidate.account_id, "
                         "candidate.mode) join won on won.key = candidate.key where c.id >= $3::uuid and "
                         "c.id < $4::uuid order by c.id",
                     std::vector<Param>{chunk[0], chunk[1], lowest_id(open_hour), lowest_id(open_hour + 1)}),
      read_click);
  if (!winners) return Failure(winners.error());
  Corrections corrections;
  Columns columns;
  for (const ClickToJudge& click : *winners) {
    columns.add(click.key);
    corrections.add(click, 0, 1);
  }
  if (!winners->empty()) {
    auto updated = database.query(
        "update clicks c set is_unique = true from unnest($1::uuid[], $2::bigint[], $3::smallint[]) as x (id, a, m) "
        "where c.id = x.id and c.account_id = x.a and c.mode = x.m and c.id >= $4::uuid and c.id < $5::uuid",
        {uuid_array(columns.ids), integer_array(columns.accounts), integer_array(columns.modes), lowest_id(open_hour),
         lowest_id(open_hour + 1)});
    if (!updated) return Failure(updated.error());
    if (auto written = corrections.write(database); !written) return Failure(written.error());
  }
  auto closed = database.query(
      "delete from open_unique_claims where key in (select key from open_unique_claims where key < $1::uuid "
      "order by key limit $2)",
      chunk);
  if (!closed) return Failure(closed.error());
  return closed->affected();
}

}  // namespace footfall::core
