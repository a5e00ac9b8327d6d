// The clicks table and what is counted from it. These functions run inside the caller's transaction; together they make
// one step of ingest: find the twins, claim uniqueness, store, roll up.
//
// A connection that stores clicks calls prepare_click_session() once after it connected: its staging tables are
// temporary, go with it, and are emptied by commit and rollback; so find_twins() and claim_uniques() are called once a
// transaction or savepoint.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/storage/copy_payload.h"
#include "core/storage/database.h"
#include "proto/wire/click.h"
#include "proto/wire/ids.h"

namespace footfall::core {

struct NewClick {  // views: the caller keeps what they point into
  wire::ClickId id;
  std::int64_t received_us = 0;
  wire::AccountId account;
  wire::Mode mode = wire::Mode::live;
  wire::CampaignId campaign;
  wire::AffiliateId affiliate;
  wire::LinkId link;
  wire::KeyId key;
  std::uint32_t verdict = 0;
  bool is_unique = false;
  wire::ClickSource source = wire::ClickSource::redirect;
  std::string_view visitor, ip, user_agent, referrer, landing;  // text is valid UTF-8 without NUL; empty: null
  std::array<std::string_view, 5> sub;
  std::string_view utm, params;  // JSON objects
  std::uint64_t number = 0;

  bool net() const { return verdict == 0; }
  std::int64_t hour() const { return id.time_ms() / 3'600'000; }  // UTC, of the id
  std::int64_t day() const { return id.time_ms() / 86'400'000; }
  std::int64_t quarter_hour() const { return id.time_ms() / 900'000; }
  // Erasure: what tells of a person goes, the id stays as a tombstone (PROTOCOL.md 14).
  void blank();
};

Result<void> prepare_click_session(Database& database);

// Which of `candidates` (indices into `clicks`) the table already holds, and with which link and affiliate.
struct Twin {
  std::size_t index = 0;
  wire::LinkId link;
  wire::AffiliateId affiliate;
};
Result<std::vector<Twin>> find_twins(Database& database, std::span<const NewClick> clicks,
                                     std::span<const std::size_t> candidates);

// A claim says: this click is the first net one of its visitor on its link in its hour. At most one a key.
using UniqueKey = std::array<std::uint8_t, 16>;
UniqueKey unique_key(std::int64_t hour, wire::LinkId link, std::string_view visitor);
struct UniqueClaim {
  UniqueKey key;
  std::size_t index = 0;
};
// What these clicks claim, the first of each key, sorted, so that two owners cannot lock each other. Only what counts
// may claim the hour (PROTOCOL.md 13).
std::vector<UniqueClaim> unique_claims(std::span<const NewClick> clicks);
// Returns the indices that came too late. Unless
// `contended`, a claim that another owner makes at the same moment is error 23505 (kind conflict): go back to the
// savepoint and claim again, contended, which waits for the other and costs twice as much.
Result<std::vector<std::size_t>> claim_uniques(Database& database, const std::vector<UniqueClaim>& claims,
                                               bool contended);

// Error 23505 (kind conflict): one of them has a twin.
Result<void> copy_clicks(Database& database, std::int64_t stream_id, std::span<const NewClick> clicks,
                         CopyPayload& payload);

Result<void> add_rollups(Database& database, std::int64_t stream_id, std::span<const NewClick> clicks);

// The same id as a stored click, with another link or affiliate.
Result<void> add_conflicts(Database& database, std::int64_t stream_id, const std::vector<const NewClick*>& clicks);

// Of these keys those that are revoked, with the time.
struct RevokedKey {
  std::uint64_t key = 0;
  std::int64_t revoked_us = 0;
};
Result<std::vector<RevokedKey>> revoked_keys(Database& database, const std::vector<std::uint64_t>& keys);

}  // namespace footfall::core
