#include "edge/handlers/preview.h"

#include <algorithm>

#include "edge/pages/page_texts.h"
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
  std::string content = "<p><code>";
  content += escape_html(target);
  content += "</code></p>\n<p><a rel=\"nofollow\" href=\"";
  content += escape_html(short_link);
  content += "\">Go there</a></p>";
  return write_page("en", "Where this link leads", content);
}

}  // namespace footfall::edge
