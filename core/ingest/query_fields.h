// What a click's query string says, taken apart: sub1 … sub5, utm_*, the rest. Pure.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace footfall::core {

inline constexpr std::size_t kQueryFieldsMax = 50;        // further ones are left out
inline constexpr std::size_t kQueryFieldBytesMax = 4096;  // of all names and values together
inline constexpr std::size_t kSubBytesMax = 255;

struct QueryFields {
  std::array<std::string, 5> sub;
  std::string utm;     // a JSON object of utm_… → value; empty when there is none
  std::string params;  // likewise of all others
};
// Everything is decoded, made valid UTF-8 and cut to its bound; of a repeated name the first stands.
QueryFields query_fields(std::string_view query);

}  // namespace footfall::core
