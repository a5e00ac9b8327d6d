#include "proto/http/media_type.h"

#include <algorithm>
#include <array>

#include "proto/base/bytes.h"

namespace footfall::http {
namespace {

// Takes the part up to the next ';' off the front of `text`.
std::string_view take_part(std::string_view& text) {
  const std::size_t end = std::min(text.find(';'), text.size());
  const std::string_view part = trim(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

std::string_view unquoted(std::string_view value) {
  const bool is_quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
  return is_quoted ? value.substr(1, value.size() - 2) : value;
}

}  // namespace

bool is_media_type(std::string_view content_type, std::string_view type) {
  return equal_ignoring_case(take_part(content_type), type);
}

bool has_utf8_charset(std::string_view content_type) {
  constexpr std::array<std::string_view, 4> kCharsets = {"utf-8", "utf8", "us-ascii", "ascii"};
  take_part(content_type);
  while (!content_type.empty()) {
    const std::string_view parameter = take_part(content_type);
    const std::size_t equals = std::min(parameter.find('='), parameter.size());
    if (!equal_ignoring_case(trim(parameter.substr(0, equals)), "charset")) continue;
    const std::string_view charset = unquoted(trim(parameter.substr(std::min(equals + 1, parameter.size()))));
    return std::ranges::any_of(kCharsets, [&](std::string_view each) { return equal_ignoring_case(each, charset); });
  }
  return true;
}

}  // namespace footfall::http
