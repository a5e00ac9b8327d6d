// Decides what a link does with a visitor now, from its own state and its campaign's (COMMON.md D-15). Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "edge/directory/directory.h"

namespace footfall::edge {

enum class LinkOutcome : std::uint8_t {
  tracked,   // to the target with a click id, recorded
  paused,    // to the target without one, nothing recorded
  archived,  // the same
  early,     // before its start: to the fallback, or 404
  expired,   // or has had all its clicks: to the fallback, or gone
  unknown,   // 404: no such link, its campaign is a draft or gone, or there is nowhere to go
};

LinkOutcome classify_link(const std::optional<LinkView>& link, const std::optional<CampaignView>& campaign,
                          std::int64_t now_s);

}  // namespace footfall::edge
