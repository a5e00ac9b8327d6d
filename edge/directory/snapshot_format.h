// The frames of a snapshot file (snapshot.h), shared by its writer and its reader.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "proto/base/bytes.h"

namespace footfall::edge {

inline constexpr std::string_view kSnapshotMagic{"FFDIR\0\0\1", 8};
inline constexpr std::size_t kFrameBytesMax = 256 * 1024;  // a frame is closed before a record would take it beyond
inline constexpr std::size_t kFrameHeadBytes = 8;

enum class FrameKind : std::uint8_t { start = 1, hosts = 2, secrets = 3, campaigns = 4, keys = 5, links = 6, end = 7 };

inline void put_fixed(std::string& out, std::uint64_t number, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) out.push_back(static_cast<char>(number >> (8 * i)));
}
inline std::uint64_t get_fixed(const char* from, std::size_t bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    number |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(from[i])) << (8 * i);
  }
  return number;
}

}  // namespace footfall::edge
