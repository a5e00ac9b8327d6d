// What the notes of changes are about: the entities that they name, and how these stand now.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/storage/database.h"
#include "core/storage/directory_log.h"

namespace footfall::core {

struct NotedEntity {
  std::string kind;
  std::int64_t entity_id;
  std::int64_t noted_us;
};
// Each noted entity once, in the order and with the time of its first note.
std::vector<NotedEntity> noted_entities(const std::vector<DirectoryNote>& notes);

using EntityMap = std::map<std::int64_t, std::string>;  // id → encoded
// The present state of all these links, campaigns and keys, by kind. Errors are those of PostgreSQL.
Result<std::map<std::string, EntityMap>> present_state(Database& database, const std::vector<NotedEntity>& noted);

}  // namespace footfall::core
