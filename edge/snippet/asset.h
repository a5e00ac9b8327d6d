// The files of the snippet that the edge serves, put into the program at build time: the bundled script and its types.
// Constants; any thread.
#pragma once

#include <string_view>

namespace footfall::edge {

struct Asset {
  std::string_view plain;
  std::string_view gzip;
  std::string_view brotli;
  std::string_view version;  // 16 hexadecimal digits of the SHA-256 of `plain`
};

const Asset& snippet_script();
const Asset& snippet_types();

}  // namespace footfall::edge
