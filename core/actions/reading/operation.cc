#include "core/actions/reading/operation.h"

#include "core/actions/reading/links.h"
#include "core/storage/api_keys.h"

namespace footfall::core {

Result<std::vector<StreamRow>> read_streams(Database& database, const Caller& caller, WhichStreams which) {
  if (auto allowed = caller.must_cross_accounts(); !allowed) return Failure(allowed.error());
  return which == WhichStreams::open ? open_streams(database) : all_streams(database);
}

Result<std::vector<DeadLetter>> read_dead_letters(Database& database, const Caller& caller,
                                                  const DeadLetterFilter& filter) {
  if (auto allowed = caller.must_cross_accounts(); !allowed) return Failure(allowed.error());
  return dead_letters(database, filter);
}

Result<DirectoryProgress> read_directory_progress(Database& database, const Caller& caller) {
  if (auto allowed = caller.must_cross_accounts(); !allowed) return Failure(allowed.error());
  return directory_progress(database);
}

Result<PublishedLink> read_published_link(Database& database, const Caller& caller, const std::string& reference) {
  if (auto allowed = caller.must_cross_accounts(); !allowed) return Failure(allowed.error());
  auto link = read_link(database, caller, reference);
  if (!link) return Failure(link.error());
  auto links = link_entities(database, {{static_cast<std::int64_t>(link->id.value)}, -1, 1});
  if (!links) return Failure(links.error());
  if (links->empty()) return not_found("edges know no such link");
  PublishedLink published{std::move(*link), std::move(links->front()), {}};
  auto campaigns = campaign_entities(database, {{static_cast<std::int64_t>(published.entity.campaign)}, -1, 1});
  if (!campaigns) return Failure(campaigns.error());
  if (!campaigns->empty()) published.campaign = std::move(campaigns->front());
  return published;
}

Result<KeyEntity> read_published_key(Database& database, const Caller& caller, const std::string& key) {
  if (auto allowed = caller.must_cross_accounts(); !allowed) return Failure(allowed.error());
  std::int64_t id = 0;
  if (key.starts_with("key_")) {
    auto row = load_api_key(database, caller.scope(), key);
    if (!row) return Failure(row.error());
    id = static_cast<std::int64_t>(row->id.value);
  } else {
    auto row = find_api_key_by_hash(database, key_hash(key));
    if (!row) return Failure(row.error());
    if (*row) id = static_cast<std::int64_t>((*row)->id.value);
  }
  auto entities = key_entities(database, {{id}, -1, 1});
  if (!entities) return Failure(entities.error());
  if (entities->empty()) return not_found("edges know no such key: they hold public keys only");
  return std::move(entities->front());
}

}  // namespace footfall::core
