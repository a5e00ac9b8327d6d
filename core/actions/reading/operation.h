// What the operator reads of the installation as a whole: streams, dead letters, and what edges are told. Another
// caller is refused.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/actions/caller.h"
#include "core/storage/dead_letters.h"
#include "core/storage/directory_log.h"
#include "core/storage/links.h"
#include "core/storage/streams.h"

namespace footfall::core {

enum class WhichStreams : std::uint8_t { open, all };
Result<std::vector<StreamRow>> read_streams(Database& database, const Caller& caller, WhichStreams which);
// Those that were not replayed yet.
Result<std::vector<DeadLetter>> read_dead_letters(Database& database, const Caller& caller,
                                                  const DeadLetterFilter& filter);

// State and waiting changes of one moment.
Result<DirectoryProgress> read_directory_progress(Database& database, const Caller& caller);

struct PublishedLink {
  LinkRow link;
  LinkEntity entity;
  std::optional<CampaignEntity> campaign;
};
// `reference` as in read_link().
Result<PublishedLink> read_published_link(Database& database, const Caller& caller, const std::string& reference);
// By "key_…" or by a public key's value.
Result<KeyEntity> read_published_key(Database& database, const Caller& caller, const std::string& key);

}  // namespace footfall::core
