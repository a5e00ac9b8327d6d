// Where a link sends its visitor: an absolute http(s) URL that every browser reads as we do. What is ambiguous between
// parsers (user info, backslashes, numbers as hosts, control characters, bad escapes) is refused rather than guessed
// at, and only the text built here from the checked parts is ever stored or sent, never the raw input
// (COMMON.md D-30). The macros of proto/wire/macros.h may stand in path, query and fragment.
// Pure, never throws. The only door to Boost.URL and libidn2.
#pragma once

#include <string>
#include <string_view>

#include "proto/base/result.h"

namespace footfall::core {

inline constexpr std::size_t kTargetBytesMax = 2048;

struct TargetUrl {
  std::string text;  // normalised: lower-case scheme and host, punycode, percent-encoded, no default port
  std::string host;  // as browsers show it in `text`: "xn--…", "127.0.0.1", "[::1]"
};

// The code of an error: the host is a number in another form than the plain one, such as 2130706433 or 0177.0.0.1, and
// the address that systems read from it is not public.
inline constexpr std::string_view kPrivateNumber = "private_number";

// The error says what to change.
Result<TargetUrl> parse_target_url(std::string_view input);

// "Bücher.example" → "xn--bcher-kva.example"; IPv4 and [IPv6] literals in their shortest form.
Result<std::string> normalise_host(std::string_view host);

}  // namespace footfall::core
