#include "edge/handlers/preview.h"

#include <algorithm>

#include "proto/base/bytes.h"

namespace footfall::edge {
namespace {

// The short link's path. Slashes in front would make the first part of it a host ("//evil.example"), and browsers take
// a backslash for a slash: neither belongs to a code. What else does not is encoded.
std::string path_of(std::string_view code) {
  code.remove_prefix(std::min(code.find_first_not_of("/\\"), code.size()));
  return "/" + percent_encode(code);
}

}  // namespace

std::string_view previewed_code(std::string_view code) {
  return code.ends_with('+') ? code.substr(0, code.size() - 1) : std::string_view();
}

std::string preview_page(std::string_view code, std::string_view query, std::string_view target) {
  std::string short_link = path_of(code);
  if (!query.empty()) short_link.append("?").append(query);
  std::string html =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n<meta name=\"robots\" content=\"noindex\">\n"
      "<title>Where this link leads</title>\n</head>\n<body>\n<h1>Where this link leads</h1>\n<p><code>";
  html += escape_html(target);
  html += "</code></p>\n<p><a rel=\"nofollow\" href=\"";
  html += escape_html(short_link);
  return html += "\">Go there</a></p>\n</body>\n</html>\n";
}

}  // namespace footfall::edge
