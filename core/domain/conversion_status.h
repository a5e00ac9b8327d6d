// The states of a conversion. How one follows another is in conversion_life.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace footfall::core {

enum class ConversionStatus : std::uint8_t { pending, approved, paid, rejected, reversed };

std::string_view status_name(ConversionStatus status);
// For BaClique and Affily, which know three states: paid counts as approved, reversed as rejected (BACX-21, AY-24).
std::string_view three_state_name(ConversionStatus status);
std::optional<ConversionStatus> parse_status(std::string_view name);

}  // namespace footfall::core
