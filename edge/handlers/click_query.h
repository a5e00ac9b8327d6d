// Shortens a query that is too long to be kept with its click. The parameters that are read out of it later come first,
// wherever they stand: sub1 … sub5, then utm_…, then all others as they fit. Nothing is cut within an escape or a
// character. Pure.
#pragma once

#include <string>
#include <string_view>

namespace footfall::edge {

// `query` itself if it has at most wire::kQueryBytesMax bytes, which is the rule; else made in `memory`.
std::string_view fit_click_query(std::string_view query, std::string& memory);

}  // namespace footfall::edge
