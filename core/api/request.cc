#include "core/api/request.h"

#include "proto/base/bytes.h"

namespace footfall::core {

std::vector<std::pair<std::string, std::string>> decode_form(std::string_view text) {
  constexpr std::size_t kPairsMax = 200;
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!text.empty() && pairs.size() < kPairsMax) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
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
