// Which of a link's further targets (proto/wire/link_targets.h) is a visitor's. Pure, allocates nothing.
#pragma once

#include <cstdint>
#include <string_view>

namespace footfall::edge {

struct TargetVisitor {
  std::uint8_t devices = 0;  // device_of()
  std::string_view country;  // two upper-case letters; empty: unknown, which no condition names
  std::uint64_t draw = 0;    // visitor_draw(): the same for the same visitor and link
};

// The first target whose conditions hold decides, and shares its visitors with those of the same conditions in
// proportion to their weights. Empty: none holds, the link's own target counts.
std::string_view choose_target(std::string_view targets, const TargetVisitor& visitor);

}  // namespace footfall::edge
