#include "core/publish/noted_entities.h"

#include <set>
#include <utility>

#include "core/publish/entity_codec.h"

namespace footfall::core {
namespace {

template <typename Entity, typename Encode>
Result<void> encode_into(EntityMap& out, const Result<std::vector<Entity>>& rows, Encode encode) {
  if (!rows) return Failure(rows.error());
  for (const auto& row : *rows) out.emplace(static_cast<std::int64_t>(row.id), encode(row));
  return {};
}

}  // namespace

std::vector<NotedEntity> noted_entities(const std::vector<DirectoryNote>& notes) {
  std::vector<NotedEntity> noted;
  std::set<std::pair<std::string, std::int64_t>> seen;
  for (const auto& note : notes) {
    if (seen.emplace(note.kind, note.entity_id).second) noted.push_back({note.kind, note.entity_id, note.noted_us});
  }
  return noted;
}

Result<std::map<std::string, EntityMap>> present_state(Database& database, const std::vector<NotedEntity>& noted) {
  std::map<std::string, EntityMap> state;
  std::map<std::string, EntityRange> ranges;
  for (const auto& entity : noted) ranges[entity.kind].ids.push_back(entity.entity_id);
  for (const auto& [kind, range] : ranges) {
    Result<void> read;
    if (kind == "link") read = encode_into(state[kind], link_entities(database, range), encode_link);
    if (kind == "campaign") read = encode_into(state[kind], campaign_entities(database, range), encode_campaign);
    if (kind == "key") read = encode_into(state[kind], key_entities(database, range), encode_key);
    if (!read) return Failure(read.error());
  }
  return state;
}

}  // namespace footfall::core
