// Bytes and text: checksums, hex, percent-encoding, UTF-8. Pure functions that allocate nothing but their results.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace footfall {

// CRC-32C (Castagnoli), hardware where the CPU has it. `seed` chains calls.
std::uint32_t crc32c(std::string_view data, std::uint32_t seed = 0);
std::uint32_t crc32c_by_table(std::string_view data, std::uint32_t seed = 0);  // what a CPU without it gets

// 0 to 15; -1 for what is no hexadecimal digit.
constexpr int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}
std::string to_hex(std::string_view bytes);                 // lower case
std::optional<std::string> from_hex(std::string_view hex);  // none if odd or not hex
std::string percent_encode(std::string_view text);          // all but RFC 3986 unreserved
// `plus_is_space` for query strings. A malformed escape stays as it stands.
std::string percent_decode(std::string_view text, bool plus_is_space);
// For text and quoted attributes of HTML: & < > " and '.
std::string escape_html(std::string_view text);
// Replaces every malformed sequence, and NUL, by U+FFFD, so that PostgreSQL accepts the text.
std::string valid_utf8(std::string_view bytes);
bool is_valid_utf8(std::string_view bytes);  // valid_utf8() would change nothing
// The first at most `max` bytes of valid UTF-8, never splitting a character.
std::string_view truncate_utf8(std::string_view text, std::size_t max);
// The first at most `max` bytes of a URL, a query or a header: never splits a percent-escape, nor a character, be it
// written as bytes or as escapes. `text` need not be valid UTF-8.
std::string_view cut_text(std::string_view text, std::size_t max);
std::string_view without_byte_order_mark(std::string_view text);  // UTF-8's; editors and spreadsheets write it
std::string to_lower_ascii(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);
std::string_view trim(std::string_view text);  // SP, HT, CR, LF

}  // namespace footfall
