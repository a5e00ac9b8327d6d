// Reads entities out of core's messages (proto/schema/directory.proto). The entities handed to a sink point into the
// message and live for the call only.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "edge/directory/entity.h"
#include "edge/directory/follow_policy.h"

namespace footfall::edge {

// Null: an entity of a kind that this edge does not know, or one without sense (a key's hash of another length).
using EntitySink = std::function<void(const DirectoryEntity*)>;

struct DirectoryChangeView {
  std::uint64_t version = 0;
  std::int64_t committed_us = 0;
  const DirectoryEntity* entity = nullptr;  // as for EntitySink
};
// False: no more of them.
using ChangeSink = std::function<bool(const DirectoryChangeView&)>;

struct DirectoryPageHead {
  DirectoryPosition position;
  bool complete = false;
  std::string next;
};

// False: not such a message; then no sink was called.
bool decode_change(std::string_view bytes, const ChangeSink& sink);
bool decode_chunk(std::string_view bytes, const EntitySink& sink);
bool decode_page_head(std::string_view bytes, DirectoryPageHead& head);
bool decode_page_entities(std::string_view bytes, DirectoryPageHead& head, const EntitySink& sink);
bool decode_page_changes(std::string_view bytes, DirectoryPageHead& head, const ChangeSink& sink);
// None: not such a message, or not salts in the order of their days.
std::optional<VisitorSalts> decode_salts(std::string_view bytes);

}  // namespace footfall::edge
