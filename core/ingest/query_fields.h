// Splits a click's query string into sub1 … sub5, the utm_ parameters and all others. Pure.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace footfall::core {

inline constexpr std::size_t kQueryFieldsMax = 50;        // further ones are left out
inline constexpr std::size_t kQueryFieldBytesMax = 4096;  // of all names and values together, except sub ids
inline constexpr std::size_t kUtmBytesMax = 512;          // of one utm_ value; what is longer is cut
inline constexpr std::size_t kSubBytesMax = 255;

struct QueryFields {
  std::array<std::string, 5> sub;
  std::string utm;     // a JSON object of utm_… → value; empty when there is none
  std::string params;  // the same for all other parameters
};
// Names and values are percent-decoded, made valid UTF-8 and cut to their bounds between characters. Of a repeated name
// the first counts. "&amp;" separates like '&'. A sub id that is an unexpanded placeholder (wire/placeholder.h) counts
// as absent.
QueryFields query_fields(std::string_view query);

}  // namespace footfall::core
