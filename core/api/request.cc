#include "core/api/request.h"

#include "proto/base/bytes.h"

namespace footfall::core {

std::vector<std::pair<std::string, std::string>> decode_form(std::string_view text) {
  constexpr std::size_t kPairsMax = 200;
  std::vector<std::pair<std::string, std::string>> pairs;
  bool is_first = true;
  while (!text.empty() && pairs.size() < kPairsMax) {
    const std::size_t end = std::min(text.find('&'), text.size());
    std::string_view pair = text.substr(0, end);
    // A query that was copied out of HTML separates with "&amp;" (FC-5), or "&amp;amp;" where it was escaped twice.
    constexpr std::string_view kEscaped = "amp;";
    while (!is_first && pair.starts_with(kEscaped)) pair.remove_prefix(kEscaped.size());
    is_first = false;
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view value = equals < pair.size() ? pair.substr(equals + 1) : std::string_view();
    pairs.emplace_back(percent_decode(pair.substr(0, equals), true), percent_decode(value, true));
  }
  return pairs;
}

void add_field(ApiResponse& response, std::string_view name, std::string_view value) {
  response.extra_fields.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace footfall::core
