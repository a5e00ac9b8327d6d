// The further targets of a link, per device and country and by weight, as the operator writes them and as they are
// stored: one a line,
//
//   device=mobile,tablet country=DE,AT weight=3 https://shop.example/m
//
// with every condition and the weight optional. For a visitor the first target whose conditions hold decides; those
// with the same conditions as that one share their visitors by weight. Where none holds, the link's own target counts.
// Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/result.h"

namespace footfall::core {

// Checks them and writes them in one form, one a line: conditions in a fixed order without repetitions, the URL as
// parse_target_url() writes it. At most 32 targets, and 16 KiB of them once packed. The error says what to change.
Result<std::string> parse_link_targets(const std::vector<std::string>& lines);

// The packed form of stored targets, for edges (proto/wire/link_targets.h).
std::string pack_link_targets(std::string_view stored);

// Stored targets, one an element.
std::vector<std::string> link_target_lines(std::string_view stored);

}  // namespace footfall::core
