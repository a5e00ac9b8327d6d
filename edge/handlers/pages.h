// The pages that a visitor sees at a short link that leads nowhere: small ones without scripts, styles or anything to
// load.
#pragma once

#include <string>
#include <string_view>

namespace footfall::edge {

// For 404, 405, 410, 421, 503 and any other status.
std::string_view page(int status);
inline constexpr std::string_view kPageType = "text/html; charset=utf-8";
// Complete header lines for every page.
inline constexpr std::string_view kPageFields =
    "Cache-Control: no-store\r\nX-Robots-Tag: noindex\r\nX-Content-Type-Options: nosniff\r\n"
    "Content-Security-Policy: default-src 'none'\r\n";

}  // namespace footfall::edge
