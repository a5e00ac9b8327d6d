// Writes a picture of black and white pixels as PNG. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace footfall::core {

// Square, `rows[y][x]`: whether the pixel is black. Not compressed: a QR code is some 30 KB at most in use.
std::string black_and_white_png(const std::vector<std::vector<bool>>& rows);

}  // namespace footfall::core
