// A PNG is a signature and chunks: the header, the pixels as a zlib stream, and the end. The stream is made of stored
// blocks, so it needs no compression, and each line of pixels begins with the byte of its filter (0: none).
#include "core/pictures/png.h"

#include <string_view>

namespace footfall::core {
namespace {

constexpr std::size_t kStoredBytesMax = 65'535;

void append_32(std::string& out, std::uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(number >> shift);
}

std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = ~std::uint32_t{0};
  for (const char byte : bytes) {
    crc ^= static_cast<std::uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1)));
  }
  return ~crc;
}

std::uint32_t adler32(std::string_view bytes) {
  constexpr std::uint32_t kModulus = 65'521;
  std::uint32_t low = 1, high = 0;
  for (const char byte : bytes) {
    low = (low + static_cast<std::uint8_t>(byte)) % kModulus;
    high = (high + low) % kModulus;
  }
  return high << 16 | low;
}

void append_chunk(std::string& out, std::string_view kind, std::string_view content) {
  append_32(out, static_cast<std::uint32_t>(content.size()));
  const std::string checked = std::string(kind) + std::string(content);
  out += checked;
  append_32(out, crc32(checked));
}

std::string zlib_stream(std::string_view bytes) {
  std::string out = "\x78\x01";
  std::string_view rest = bytes;
  do {
    const std::string_view block = rest.substr(0, kStoredBytesMax);
    rest.remove_prefix(block.size());
    const auto size = static_cast<std::uint16_t>(block.size());
    out += static_cast<char>(rest.empty() ? 1 : 0);
    for (const std::uint16_t number : {size, static_cast<std::uint16_t>(~size)}) {
      out += static_cast<char>(number & 0xFF);
      out += static_cast<char>(number >> 8);
    }
    out += block;
  } while (!rest.empty());
  append_32(out, adler32(bytes));
  return out;
}

}  // namespace

std::string black_and_white_png(const std::vector<std::vector<bool>>& rows) {
  std::string header;
  append_32(header, static_cast<std::uint32_t>(rows.size()));
  append_32(header, static_cast<std::uint32_t>(rows.size()));
  header += std::string("\1\0\0\0\0", 5);  // one bit a pixel, grey, and what PNG calls its only methods
  std::string pixels;
  for (const std::vector<bool>& row : rows) {
    pixels += '\0';
    for (std::size_t x = 0; x < row.size(); x += 8) {
      std::uint8_t byte = 0xFF;
      for (std::size_t bit = 0; bit < 8 && x + bit < row.size(); ++bit) {
        if (row[x + bit]) byte = static_cast<std::uint8_t>(byte & ~(0x80u >> bit));
      }
      pixels += static_cast<char>(byte);
    }
  }
  std::string out("\x89PNG\r\n\x1A\n", 8);
  append_chunk(out, "IHDR", header);
  append_chunk(out, "IDAT", zlib_stream(pixels));
  append_chunk(out, "IEND", {});
  return out;
}

}  // namespace footfall::core
