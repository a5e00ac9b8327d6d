// QR codes (error correction M), as SVG and as PNG. The only door to libqrencode. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace footfall::core {

inline constexpr std::size_t kQrBytesMax = 2'000;

// Both are empty for a text that no QR code can hold: beyond kQrBytesMax, or empty.

// Stands in a page or in a file of its own; of no size, so that who shows it chooses one.
std::string qr_svg(std::string_view text);
// Black on white with the quiet zone that readers ask for; eight pixels a module.
std::string qr_png(std::string_view text);

}  // namespace footfall::core
