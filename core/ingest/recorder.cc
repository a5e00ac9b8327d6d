// The order inside the transaction: erasures (their lock first), revoked keys, twins, claims of uniqueness, clicks,
// roll-ups, conflicts, dead letters, position. Twins come before claims, so that a click which is not stored claims
// nothing. Twins are looked up for ids that clients chose; should another id have one, the COPY fails on its key, the
// savepoint takes claims and clicks back, and all ids are looked up.
#include "core/ingest/recorder.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "core/ingest/failpoint.h"
#include "core/storage/partitions.h"
#include "core/storage/streams.h"
#include "proto/base/logging.h"

namespace footfall::core {
namespace {

constexpr int kTwinAttemptsMax = 4;

bool is_data_error(const Error& error) {
  return error.source == ErrorSource::postgres && (error.code.starts_with("22") || error.code.starts_with("23"));
}

struct ClickKey {
  wire::ClickId id;
  std::uint64_t account;
  wire::Mode mode;
  bool operator==(const ClickKey&) const = default;
};
struct ClickKeyHash {
  std::size_t operator()(const ClickKey& key) const {
    std::uint64_t end;
    std::memcpy(&end, key.id.bytes.data() + 8, sizeof end);
    return end ^ (key.account * 0x9E3779B97F4A7C15u);
  }
};

enum class Fate : std::uint8_t { fresh, duplicate, conflict };

Fate beside_twin(const NewClick& click, wire::LinkId link, wire::AffiliateId affiliate) {
  return click.link == link && click.affiliate == affiliate ? Fate::duplicate : Fate::conflict;
}

template <typename Entry, typename Number>
std::span<Entry> between(std::vector<Entry>& entries, std::uint64_t from, std::uint64_t to, Number number) {
  const auto begin =
      std::partition_point(entries.begin(), entries.end(), [&](const Entry& entry) { return number(entry) <= from; });
  const auto end = std::partition_point(begin, entries.end(), [&](const Entry& entry) { return number(entry) <= to; });
  return {begin, end};
}

void add(Recorded& total, const Recorded& part) {
  total.position = part.position;
  total.stored += part.stored;
  total.duplicates += part.duplicates;
  total.conflicts += part.conflicts;
  total.dead += part.dead;
  total.voided += part.voided;
}

}  // namespace

struct Recorder::Part {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  std::span<NewClick> clicks;
  std::vector<NewDeadLetter> dead;
  std::uint64_t voided = 0;
};

Result<Recorded> Recorder::record(std::int64_t stream_id, Run& run) {
  FOOTFALL_CHECK(run.to > run.from);
  return record_part(stream_id, run, run.from, run.to);
}

Result<Recorded> Recorder::record_part(std::int64_t stream_id, Run& run, std::uint64_t from, std::uint64_t to) {
  Part part{from, to, between(run.clicks, from, to, [](const NewClick& click) { return click.number; }), {}, 0};
  const auto dead = between(run.dead, from, to, [](const NewDeadLetter& letter) { return letter.number; });
  part.dead.assign(dead.begin(), dead.end());
  for (const auto& range : between(run.voids, from, to, [](const VoidRange& range) { return range.first; })) {
    part.voided += range.last - range.first + 1;
  }

  auto recorded = transact(stream_id, part);
  if (recorded || !is_data_error(recorded.error()) || part.clicks.empty()) return recorded;

  probe_.retries.add();
  days_.clear();  // a partition that went away looks like a data error
  if (part.clicks.size() > 1) {
    const auto middle = part.clicks[part.clicks.size() / 2].number - 1;
    auto total = record_part(stream_id, run, from, middle);
    if (!total) return total;
    auto rest = record_part(stream_id, run, middle, to);
    if (!rest) return rest;
    add(*total, *rest);
    return total;
  }
  const auto& error = recorded.error();
  const auto number = part.clicks.front().number;
  log_warn_limited("ingest.click.refused",
                   {{"stream", stream_id}, {"number", number}, {"sqlstate", error.code}, {"reason", error.message}});
  part.dead.push_back({number, 1, "data:" + error.code, error.message, run.raw(number)});
  part.clicks = {};
  return transact(stream_id, part);
}

Result<Recorded> Recorder::transact(std::int64_t stream_id, const Part& part) {
  if (auto ensured = ensure_days(part.clicks); !ensured) return Failure(ensured.error());
  auto recorded = database_.transaction<Recorded>([&]() -> Result<Recorded> {
    auto outcome = store(stream_id, part.clicks);
    if (!outcome) return outcome;
    if (auto added = add_dead_letters(database_, stream_id, part.dead); !added) return Failure(added.error());
    for (const auto& letter : part.dead) outcome->dead += letter.count;
    outcome->voided = part.voided;
    outcome->position = part.to;
    auto advanced =
        advance_stream(database_, {stream_id, part.from, part.to, outcome->voided, outcome->dead, outcome->duplicates});
    if (!advanced) return Failure(advanced.error());
    if (!*advanced) {
      return Failure(Error{ErrorKind::conflict, ErrorSource::us, false, "another owner stores this stream", kNotOwner});
    }
    pass_failpoint(kBeforeCommit);
    return outcome;
  });
  if (!recorded) return recorded;
  pass_failpoint(kAfterCommit);
  probe_.transactions.add();
  probe_.stored.add(recorded->stored);
  probe_.duplicate.add(recorded->duplicates);
  probe_.conflict.add(recorded->conflicts);
  probe_.dead.add(recorded->dead);
  probe_.voided.add(recorded->voided);
  return recorded;
}

Result<Recorded> Recorder::record_letter(std::int64_t stream_id, std::int64_t letter_id, std::span<NewClick> clicks) {
  if (auto ensured = ensure_days(clicks); !ensured) return Failure(ensured.error());
  return database_.transaction<Recorded>([&]() -> Result<Recorded> {
    auto outcome = store(stream_id, clicks);
    if (!outcome) return outcome;
    if (auto marked = mark_replayed(database_, letter_id); !marked) return Failure(marked.error());
    return outcome;
  });
}

Result<Recorded> Recorder::store(std::int64_t stream_id, std::span<NewClick> clicks) {
  Recorded none;
  if (clicks.empty()) return none;
  if (auto judged = judge_by_books(clicks); !judged) return Failure(judged.error());
  for (int attempt = 0;; ++attempt) {
    if (auto saved = database_.execute("savepoint clicks"); !saved) return Failure(saved.error());
    auto outcome = store_once(stream_id, clicks, attempt > 0);
    if (outcome || outcome.error().code != "23505" || attempt >= kTwinAttemptsMax) return outcome;
    probe_.retries.add();
    if (auto back = database_.execute("rollback to savepoint clicks"); !back) return Failure(back.error());
  }
}

Result<Recorded> Recorder::store_once(std::int64_t stream_id, std::span<NewClick> clicks, bool again) {
  std::vector<Fate> fates(clicks.size(), Fate::fresh);
  std::vector<std::size_t> candidates;
  std::unordered_map<ClickKey, std::size_t, ClickKeyHash> first_of;
  for (std::size_t i = 0; i < clicks.size(); ++i) {
    const auto& click = clicks[i];
    if (!again && click.source != wire::ClickSource::posted_client_id) continue;
    candidates.push_back(i);
    const auto [twin, is_first] = first_of.try_emplace({click.id, click.account.value, click.mode}, i);
    if (!is_first) fates[i] = beside_twin(click, clicks[twin->second].link, clicks[twin->second].affiliate);
  }
  auto twins = find_twins(database_, clicks, candidates);
  if (!twins) return Failure(twins.error());
  for (const auto& twin : *twins) fates[twin.index] = beside_twin(clicks[twin.index], twin.link, twin.affiliate);

  Recorded outcome;
  std::vector<const NewClick*> conflicts;
  std::vector<NewClick> kept;
  std::span<NewClick> fresh = clicks;
  if (std::any_of(fates.begin(), fates.end(), [](Fate fate) { return fate != Fate::fresh; })) {
    for (std::size_t i = 0; i < clicks.size(); ++i) {
      if (fates[i] == Fate::fresh) kept.push_back(clicks[i]);
      if (fates[i] == Fate::duplicate) ++outcome.duplicates;
      if (fates[i] == Fate::conflict) conflicts.push_back(&clicks[i]);
    }
    fresh = kept;
  }
  outcome.stored = fresh.size();
  outcome.conflicts = conflicts.size();

  const auto claims = unique_claims(fresh);
  auto late = claim_uniques(database_, claims, again);
  if (!late) return Failure(late.error());
  for (auto& click : fresh) click.is_unique = false;
  for (const auto& claim : claims) fresh[claim.index].is_unique = true;
  for (const auto index : *late) fresh[index].is_unique = false;

  if (auto copied = copy_clicks(database_, stream_id, fresh, payload_); !copied) return Failure(copied.error());
  if (auto counted = add_rollups(database_, stream_id, fresh); !counted) return Failure(counted.error());
  if (auto added = add_conflicts(database_, stream_id, conflicts); !added) return Failure(added.error());
  return outcome;
}

Result<void> Recorder::judge_by_books(std::span<NewClick> clicks) {
  if (auto refreshed = erasures_.refresh(database_); !refreshed) return refreshed;
  std::set<std::uint64_t> used;
  for (auto& click : clicks) {
    if (erasures_.cover(click.id, click.visitor)) click.blank();
    if (click.key) used.insert(click.key.value);
  }
  auto revoked = revoked_keys(database_, {used.begin(), used.end()});
  if (!revoked) return Failure(revoked.error());
  for (const auto& key : *revoked) {
    for (auto& click : clicks) {
      if (click.key.value == key.key && click.received_us > key.revoked_us) click.verdict |= wire::kVerdictRevoked;
    }
  }
  return {};
}

Result<void> Recorder::ensure_days(std::span<const NewClick> clicks) {
  std::int64_t last = -1;
  for (const auto& click : clicks) {
    const auto day = click.day();
    if (day == last || days_.contains(day)) continue;
    if (auto ensured = ensure_partition(database_, day); !ensured) return ensured;
    days_.insert(day);
    last = day;
  }
  return {};
}

}  // namespace footfall::core
