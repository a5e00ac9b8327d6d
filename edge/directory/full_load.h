// A full load: a new content built out of sight from a source's whole and the changes on top of it, fit to be served or
// an error. Changes that are newer than what is served are applied to that as well on the way, so that a long load does
// not hold up a revoked key.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

#include "edge/directory/content.h"
#include "edge/directory/source.h"
#include "proto/base/clock.h"
#include "proto/base/result.h"

namespace footfall::edge {

struct FullLoad {
  std::unique_ptr<DirectoryContent> content;
  DirectoryPosition position;
  std::uint64_t refused = 0;  // entities that could not be taken
};

// `ours`: the position of what is served, if anything is. `apply_to_served` gets the changes for what is served.
Result<FullLoad> load_whole(DirectorySource& source, const std::optional<DirectoryPosition>& ours,
                            const std::function<void(const DirectoryChangeView&)>& apply_to_served, const Clock& clock,
                            const std::stop_token& stop);

}  // namespace footfall::edge
