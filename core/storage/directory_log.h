// What the publisher of the directory needs: notes of what changed (written by triggers), the log of what was
// published, its epoch and version, and the current state of what edges know (PROTOCOL.md 15). Only one publisher at a
// time calls the functions that write.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/storage/database.h"

namespace footfall::core {

struct DirectoryState {
  std::uint64_t epoch = 0;
  std::uint64_t version = 0;  // last assigned; goes on across epochs
};
Result<DirectoryState> directory_state(Database& database);
// The state and how many changes wait to be published, of one moment: when nothing waits, all that was changed before
// has a version up to this one.
struct DirectoryProgress {
  DirectoryState state;
  std::int64_t changes_waiting = 0;
};
Result<DirectoryProgress> directory_progress(Database& database);
// The state if no change waits at that moment.
Result<std::optional<DirectoryState>> directory_state_if_published(Database& database);
// Compare-and-set: false when the state is not `from` any more.
Result<bool> set_directory_state(Database& database, const DirectoryState& from, const DirectoryState& to);

// Returns the raised epoch. The publisher then finds an older epoch in Redis and publishes the whole directory again.
Result<std::uint64_t> raise_directory_epoch(Database& database);

struct DirectoryNote {
  std::int64_t id = 0;
  std::string kind;  // link, campaign, key, secrets
  std::int64_t entity_id = 0;
  std::int64_t noted_us = 0;
};
Result<std::vector<DirectoryNote>> directory_notes(Database& database, std::int64_t limit);
Result<void> delete_directory_notes(Database& database, const std::vector<std::int64_t>& ids);
Result<std::int64_t> directory_notes_waiting(Database& database);

struct PublishedChange {
  std::uint64_t version = 0;
  std::string change;  // DirectoryChange
};
Result<void> append_directory_log(Database& database, std::uint64_t epoch, const std::vector<PublishedChange>& changes);
// Consecutive from `after` + 1, at most `limit`; fewer, or none, when the log does not reach back so far.
Result<std::vector<PublishedChange>> directory_log_after(Database& database, std::uint64_t epoch, std::uint64_t after,
                                                         std::int64_t limit);
Result<std::int64_t> trim_directory_log(Database& database, std::int64_t published_before_us);

// What edges know, as it is now: by ids, or in the order of ids above `after`. The second form is for snapshots and
// leaves out what is deleted.
struct EntityRange {
  std::vector<std::int64_t> ids;
  std::int64_t after = -1;  // used when `ids` is empty
  std::int64_t limit = 0;
};
struct LinkEntity {
  std::uint64_t id, version;
  bool deleted;
  std::string host, code;
  std::uint64_t campaign, affiliate;  // 0: credits nobody, for enrolment or affiliate is not active
  std::string target;
  std::uint32_t status;
  std::uint64_t expires_s;
  std::string fallback;
  std::uint64_t starts_s;
  bool capped;
  std::string targets;              // as in LinkRow
  std::string affiliate_public_id;  // empty but where a target names it by {affiliate}
};
struct CampaignEntity {
  std::uint64_t id, version;
  bool deleted;
  std::uint64_t account;
  std::uint32_t mode;
  std::string dialect, target;
  std::uint32_t status;  // archived when its account is not active
  std::uint64_t expires_s;
  std::string fallback, click_parameter;
  std::string public_id, deep_link_hosts;
};
struct KeyEntity {
  std::uint64_t id, version;
  bool deleted;  // revoked, or its account is not active
  std::string hash;
  std::uint64_t account;
  std::uint32_t mode;
  std::uint32_t clicks_per_minute;
  std::string link_host, origin_hosts;
};
Result<std::vector<LinkEntity>> link_entities(Database& database, const EntityRange& range);
Result<std::vector<CampaignEntity>> campaign_entities(Database& database, const EntityRange& range);
Result<std::vector<KeyEntity>> key_entities(Database& database, const EntityRange& range);
struct SecretValues {
  std::string tag_key, draw_key;  // 16 bytes each
};
Result<SecretValues> directory_secrets(Database& database);

}  // namespace footfall::core
