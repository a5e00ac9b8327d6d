#include "core/pictures/qr_code.h"

#include <gtest/gtest.h>

#include "core/pictures/png.h"
#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

TEST(QrCode, UpToItsBound) {
  EXPECT_TRUE(qr_svg("https://c.example/summer-x7k2").starts_with("<svg xmlns="));
  EXPECT_FALSE(qr_svg(std::string(kQrBytesMax, 'x')).empty());
  EXPECT_TRUE(qr_svg(std::string(kQrBytesMax + 1, 'x')).empty());
  EXPECT_FALSE(qr_png(std::string(kQrBytesMax, 'x')).empty());
  EXPECT_TRUE(qr_png(std::string(kQrBytesMax + 1, 'x')).empty());
  EXPECT_TRUE(qr_svg("").empty() && qr_png("").empty());
}

// The smallest code has 21 modules, and four of quiet zone on each side.
TEST(QrCode, APngHasEightPixelsAModule) {
  const std::string png = qr_png("x");
  EXPECT_EQ(to_hex(png.substr(16, 8)), "000000e8000000e8");  // 232 = 29 * 8
}

// As another program (Python's zlib and binascii) writes these two rows of two pixels.
TEST(Png, IsWrittenByteForByte) {
  EXPECT_EQ(to_hex(black_and_white_png({{true, false}, {false, true}})),
            "89504e470d0a1a0a0000000d49484452000000020000000201000000005acd30890000000f494441547801010400fbff007f00bf02"
            "40013fe81e3d1a0000000049454e44ae426082");
}

}  // namespace
}  // namespace footfall::core
