// The clicks table and what is counted from it. These functions run inside the caller's transaction; together they make
// one step of ingest: find the clicks that are stored already, claim uniqueness, store the others, add to the roll-ups.
//
// A connection that stores clicks calls prepare_click_session() once after it connected. It makes temporary staging
// tables, which end with the connection and are emptied by commit and rollback. Therefore find_known_clicks() and
// claim_uniques() may be called once in a transaction or savepoint.
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

// What a click of a visitor who asks for privacy keeps instead, where its account heeds that.
struct MinimalFields {
  std::string referrer, landing, params;  // without the ids of third parties
};

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
  const MinimalFields* minimal = nullptr;  // set if the visitor asks for privacy

  bool net() const { return verdict == 0; }
  std::int64_t hour() const { return id.time_ms() / 3'600'000; }  // UTC, of the id
  std::int64_t day() const { return id.time_ms() / 86'400'000; }
  std::int64_t quarter_hour() const { return id.time_ms() / 900'000; }
  // For an erasure: removes what identifies a person; the id stays, so that the click is not stored again
  // (PROTOCOL.md 14).
  void remove_personal_data();
  // For an account that heeds what the visitor asks for. `minimal` must be set.
  void keep_minimum();
};

Result<void> prepare_click_session(Database& database);

// Which of `candidates` (indices into `clicks`) the table already holds, and with which link and affiliate.
struct KnownClick {
  std::size_t index = 0;
  wire::LinkId link;
  wire::AffiliateId affiliate;
};
Result<std::vector<KnownClick>> find_known_clicks(Database& database, std::span<const NewClick> clicks,
                                                  std::span<const std::size_t> candidates);

// A claim says that this click is the first net click of its visitor on its link in its hour. A key has at most one.
using UniqueKey = std::array<std::uint8_t, 16>;
UniqueKey unique_key(std::int64_t hour, wire::LinkId link, std::string_view visitor);
struct UniqueClaim {
  UniqueKey key;
  std::size_t index = 0;
};
// The claims of these clicks: the first click of each key, in the order of the keys, so that two processes cannot lock
// each other. Only net clicks claim an hour (PROTOCOL.md 13).
std::vector<UniqueClaim> unique_claims(std::span<const NewClick> clicks);
// Returns the indices of clicks whose key is claimed already. Without `contended`, a claim that another process makes
// at the same moment is error 23505 (kind conflict): the caller goes back to its savepoint and claims again with
// `contended`, which waits for the other process and costs twice as much.
Result<std::vector<std::size_t>> claim_uniques(Database& database, const std::vector<UniqueClaim>& claims,
                                               bool contended);

struct ClickOrigin {
  std::int64_t stream_id = 0;
  std::int32_t rules_id = 0;  // of the rules that the verdicts come from (verdict_rules.h)
};
// Error 23505 (kind conflict): the id of one of them is stored already.
Result<void> copy_clicks(Database& database, const ClickOrigin& origin, std::span<const NewClick> clicks,
                         CopyPayload& payload);

Result<void> add_rollups(Database& database, std::int64_t stream_id, std::span<const NewClick> clicks);

// The same id as a stored click, with another link or affiliate.
Result<void> add_conflicts(Database& database, std::int64_t stream_id, const std::vector<const NewClick*>& clicks);

// Those of these accounts whose policy for privacy signals is minimal.
Result<std::vector<std::uint64_t>> accounts_that_heed_privacy(Database& database,
                                                              const std::vector<std::uint64_t>& accounts);

// Those of these keys that are revoked, with the time of the revocation.
struct RevokedKey {
  std::uint64_t key = 0;
  std::int64_t revoked_us = 0;
};
Result<std::vector<RevokedKey>> revoked_keys(Database& database, const std::vector<std::uint64_t>& keys);

}  // namespace footfall::core
