// Inside the transaction the steps are: erasures (whose lock must come first), revoked keys, privacy, duplicates,
// claims of uniqueness, clicks, roll-ups, conflicts, dead letters, position. Duplicates are found before the claims,
// so that a click which is not stored claims nothing. Only ids that clients chose are looked up. If another id turns
// out to be stored already, the COPY fails on the primary key; the transaction returns to a savepoint and looks up
// all ids.
#include "core/ingest/run_recorder.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <unordered_map>

#include "core/ingest/failpoint.h"
#include "core/storage/partitions.h"
#include "core/storage/streams.h"
#include "core/storage/verdict_rules.h"
#include "proto/base/clock.h"
#include "proto/base/crypto.h"
#include "proto/base/logging.h"

namespace footfall::core {
namespace {

constexpr int kDuplicateAttemptsMax = 4;

bool is_data_error(const Error& error) {
  return error.source == ErrorSource::postgres && (error.code.starts_with("22") || error.code.starts_with("23"));
}

struct StoredKey {
  wire::ClickId id;
  std::uint64_t account;
  wire::Mode mode;
  bool operator==(const StoredKey&) const = default;
};
struct StoredKeyHash {
  KeyedHash hash;  // clients choose ids
  std::size_t operator()(const StoredKey& key) const {
    std::array<char, sizeof key.id.bytes + sizeof key.account + 1> bytes;
    std::memcpy(bytes.data(), key.id.bytes.data(), sizeof key.id.bytes);
    std::memcpy(bytes.data() + sizeof key.id.bytes, &key.account, sizeof key.account);
    bytes.back() = static_cast<char>(key.mode);
    return hash({bytes.data(), bytes.size()});
  }
};

enum class ClickOutcome : std::uint8_t { fresh, duplicate, conflict };

ClickOutcome outcome_beside(const NewClick& click, wire::LinkId link, wire::AffiliateId affiliate) {
  return click.link == link && click.affiliate == affiliate ? ClickOutcome::duplicate : ClickOutcome::conflict;
}

template <typename Entry, typename Number>
std::span<Entry> between(std::vector<Entry>& entries, std::uint64_t from, std::uint64_t to, Number number) {
  const auto begin =
      std::partition_point(entries.begin(), entries.end(), [&](const Entry& entry) { return number(entry) <= from; });
  const auto end = std::partition_point(begin, entries.end(), [&](const Entry& entry) { return number(entry) <= to; });
  return {begin, end};
}

void add(StoredRun& total, const StoredRun& part) {
  total.position = part.position;
  total.stored += part.stored;
  total.duplicates += part.duplicates;
  total.conflicts += part.conflicts;
  total.dead += part.dead;
  total.voided += part.voided;
  total.commit_us = std::max(total.commit_us, part.commit_us);
}

}  // namespace

struct RunRecorder::Part {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  std::span<NewClick> clicks;
  std::vector<NewDeadLetter> dead;
  std::uint64_t voided = 0;
  std::array<std::uint64_t, wire::kVoidReasons> voided_for{};
};

Result<StoredRun> RunRecorder::record(std::int64_t stream_id, Run& run) {
  FOOTFALL_CHECK(run.to > run.from);
  return record_part(stream_id, run, run.from, run.to);
}

Result<StoredRun> RunRecorder::record_part(std::int64_t stream_id, Run& run, std::uint64_t from, std::uint64_t to) {
  Part part{from, to, between(run.clicks, from, to, [](const NewClick& click) { return click.number; }), {}, 0, {}};
  const auto dead = between(run.dead, from, to, [](const NewDeadLetter& letter) { return letter.number; });
  part.dead.assign(dead.begin(), dead.end());
  for (const auto& range : between(run.voids, from, to, [](const VoidRange& range) { return range.first; })) {
    const auto count = range.last - range.first + 1;
    part.voided += count;
    part.voided_for[static_cast<std::size_t>(range.reason)] += count;
  }

  auto recorded = transact(stream_id, part);
  if (recorded || !is_data_error(recorded.error()) || part.clicks.empty()) return recorded;

  probe_.retries.add();
  days_.clear();  // a partition that was dropped meanwhile also fails with a data error
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
  part.dead.push_back({number, 1, "data:" + error.code, error.message, run.raw(number), part.clicks.front().id});
  part.clicks = {};
  return transact(stream_id, part);
}

Result<StoredRun> RunRecorder::transact(std::int64_t stream_id, const Part& part) {
  if (auto prepared = prepare(part.clicks); !prepared) return Failure(prepared.error());
  std::int64_t committing_us = 0;
  auto recorded = database_.transaction<StoredRun>([&]() -> Result<StoredRun> {
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
    committing_us = system_clock().steady_us();
    return outcome;
  });
  if (!recorded) return recorded;
  recorded->commit_us = system_clock().steady_us() - committing_us;
  pass_failpoint(kAfterCommit);
  probe_.transactions.add();
  probe_.stored.add(recorded->stored);
  probe_.duplicate.add(recorded->duplicates);
  probe_.conflict.add(recorded->conflicts);
  probe_.dead.add(recorded->dead);
  probe_.voided.add(recorded->voided);
  for (std::size_t reason = 1; reason < part.voided_for.size(); ++reason) {
    probe_.voided_for[reason]->add(part.voided_for[reason]);
  }
  const auto lost = part.voided_for[static_cast<std::size_t>(wire::VoidReason::lost_tail)];
  if (lost != 0) log_error("ingest.clicks.lost", {{"stream", stream_id}, {"count", lost}, {"up_to", part.to}});
  return recorded;
}

Result<StoredRun> RunRecorder::record_letter(std::int64_t stream_id, std::int64_t letter_id,
                                             std::span<NewClick> clicks) {
  if (auto prepared = prepare(clicks); !prepared) return Failure(prepared.error());
  return database_.transaction<StoredRun>([&]() -> Result<StoredRun> {
    auto outcome = store(stream_id, clicks);
    if (!outcome) return outcome;
    if (auto marked = mark_replayed(database_, letter_id); !marked) return Failure(marked.error());
    return outcome;
  });
}

Result<StoredRun> RunRecorder::store(std::int64_t stream_id, std::span<NewClick> clicks) {
  StoredRun none;
  if (clicks.empty()) return none;
  if (auto judged = apply_erasures_and_revocations(clicks); !judged) return Failure(judged.error());
  if (auto applied = apply_privacy(clicks); !applied) return Failure(applied.error());
  for (int attempt = 0;; ++attempt) {
    if (auto saved = database_.execute("savepoint clicks"); !saved) return Failure(saved.error());
    auto outcome = store_once(stream_id, clicks, attempt > 0);
    if (outcome || outcome.error().code != "23505" || attempt >= kDuplicateAttemptsMax) return outcome;
    probe_.retries.add();
    if (auto back = database_.execute("rollback to savepoint clicks"); !back) return Failure(back.error());
  }
}

Result<StoredRun> RunRecorder::store_once(std::int64_t stream_id, std::span<NewClick> clicks, bool again) {
  std::vector<ClickOutcome> outcomes(clicks.size(), ClickOutcome::fresh);
  std::vector<std::size_t> candidates;
  std::unordered_map<StoredKey, std::size_t, StoredKeyHash> first_of;
  for (std::size_t i = 0; i < clicks.size(); ++i) {
    const auto& click = clicks[i];
    if (!again && click.source != wire::ClickSource::posted_client_id) continue;
    candidates.push_back(i);
    const auto [one, is_first] = first_of.try_emplace({click.id, click.account.value, click.mode}, i);
    if (!is_first) outcomes[i] = outcome_beside(click, clicks[one->second].link, clicks[one->second].affiliate);
  }
  auto known = find_known_clicks(database_, clicks, candidates);
  if (!known) return Failure(known.error());
  for (const auto& one : *known) outcomes[one.index] = outcome_beside(clicks[one.index], one.link, one.affiliate);

  StoredRun counts;
  std::vector<const NewClick*> conflicts;
  std::vector<NewClick> kept;
  std::span<NewClick> fresh = clicks;
  if (std::any_of(outcomes.begin(), outcomes.end(),
                  [](ClickOutcome outcome) { return outcome != ClickOutcome::fresh; })) {
    for (std::size_t i = 0; i < clicks.size(); ++i) {
      if (outcomes[i] == ClickOutcome::fresh) kept.push_back(clicks[i]);
      if (outcomes[i] == ClickOutcome::duplicate) ++counts.duplicates;
      if (outcomes[i] == ClickOutcome::conflict) conflicts.push_back(&clicks[i]);
    }
    fresh = kept;
  }
  counts.stored = fresh.size();
  counts.conflicts = conflicts.size();

  const auto claims = unique_claims(fresh);
  auto late = claim_uniques(database_, claims, again);
  if (!late) return Failure(late.error());
  for (auto& click : fresh) click.is_unique = false;
  for (const auto& claim : claims) fresh[claim.index].is_unique = true;
  for (const auto index : *late) fresh[index].is_unique = false;

  if (auto copied = copy_clicks(database_, {stream_id, rules_id_}, fresh, payload_); !copied)
    return Failure(copied.error());
  if (auto counted = add_rollups(database_, stream_id, fresh); !counted) return Failure(counted.error());
  if (auto added = add_conflicts(database_, stream_id, conflicts); !added) return Failure(added.error());
  return counts;
}

Result<void> RunRecorder::apply_erasures_and_revocations(std::span<NewClick> clicks) {
  if (auto refreshed = erasures_.refresh(database_); !refreshed) return refreshed;
  std::set<std::uint64_t> used;
  for (auto& click : clicks) {
    if (erasures_.cover({click.id, click.visitor, click.affiliate, click.received_us})) click.remove_personal_data();
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

Result<void> RunRecorder::apply_privacy(std::span<NewClick> clicks) {
  std::set<std::uint64_t> asked;
  for (const auto& click : clicks) {
    if (click.minimal != nullptr) asked.insert(click.account.value);
  }
  auto heeding = accounts_that_heed_privacy(database_, {asked.begin(), asked.end()});
  if (!heeding) return Failure(heeding.error());
  const std::set<std::uint64_t> accounts(heeding->begin(), heeding->end());
  for (auto& click : clicks) {
    if (click.minimal != nullptr && accounts.contains(click.account.value)) click.keep_minimum();
  }
  return {};
}

// What has to be there before the transaction begins.
Result<void> RunRecorder::prepare(std::span<const NewClick> clicks) {
  if (rules_id_ == 0) {
    auto id = verdict_rules_id(database_, rules_);
    if (!id) return Failure(id.error());
    rules_id_ = *id;
  }
  return ensure_days(clicks);
}

Result<void> RunRecorder::ensure_days(std::span<const NewClick> clicks) {
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
