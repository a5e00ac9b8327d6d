// Which paths are pages for people: core serves them on every host but those of short links, and the edge answers with
// a page, too, when core cannot.
#pragma once

#include <string_view>

namespace footfall::wire {

// /c/… and /portal with everything below it.
constexpr bool is_page_path(std::string_view path) {
  return path.starts_with("/c/") || path == "/portal" || path.starts_with("/portal/");
}

}  // namespace footfall::wire
