// The kind of device that a user agent names, for targets per device. A guess by the words that browsers write: an iPad
// whose browser asks for desktop pages says that it is a Macintosh, and counts as a desktop. Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace footfall::edge {

// Bits of wire::Device: desktop, mobile or tablet, and iOS or Android where it is one. What names nothing of it, and an
// empty user agent, is a desktop.
std::uint8_t device_of(std::string_view user_agent);

}  // namespace footfall::edge
