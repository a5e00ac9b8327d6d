// The files of the page at /docs, put into the program at build time: our page, and Swagger UI with our settings and
// style as one script and one style sheet. Constants; any thread.
#pragma once

#include <string_view>

namespace footfall::core {

struct DocsFile {
  std::string_view content;
  std::string_view version;  // 16 hexadecimal digits of the SHA-256 of the content
};

// It names the other two with their versions: "/docs/ui.js?v=0123456789abcdef".
const DocsFile& docs_page();
// These are compressed with gzip; their versions are of what they are without.
const DocsFile& docs_script();
const DocsFile& docs_style();

}  // namespace footfall::core
