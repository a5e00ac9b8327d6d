#include "proto/http/media_type.h"

#include <algorithm>
#include <string>

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

bool is_json_type(std::string_view content_type) {
  constexpr std::string_view kPrefix = "application/", kSuffix = "+json";
  const std::string_view type = take_part(content_type);
  for (const std::string_view known : {"application/json", "text/json", "application/x-json"}) {
    if (equal_ignoring_case(type, known)) return true;
  }
  return type.size() >= kPrefix.size() + kSuffix.size() &&
         equal_ignoring_case(type.substr(0, kPrefix.size()), kPrefix) &&
         equal_ignoring_case(type.substr(type.size() - kSuffix.size()), kSuffix);
}

bool has_readable_charset(std::string_view content_type, std::string_view body) {
  take_part(content_type);
  while (!content_type.empty()) {
    const std::string_view parameter = take_part(content_type);
    const std::size_t equals = std::min(parameter.find('='), parameter.size());
    if (!equal_ignoring_case(trim(parameter.substr(0, equals)), "charset")) continue;
    const std::string charset =
        to_lower_ascii(unquoted(trim(parameter.substr(std::min(equals + 1, parameter.size())))));
    if (charset == "utf-8" || charset == "utf8" || charset == "us-ascii" || charset == "ascii") return true;
    const bool extends_ascii = charset.starts_with("iso-8859-") || charset.starts_with("windows-125") ||
                               charset.starts_with("cp125") || charset == "latin1";
    return extends_ascii && std::ranges::all_of(body, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  }
  return true;
}

}  // namespace footfall::http
