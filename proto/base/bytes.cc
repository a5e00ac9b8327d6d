// CRC-32C uses the processor's instruction where there is one, else a table. The UTF-8 functions share next_sequence(),
// which looks at one character or one broken sequence; the others are loops over bytes.
#include "proto/base/bytes.h"

#include <algorithm>
#include <array>
#include <cstring>

#ifdef __x86_64__
#include <nmmintrin.h>
#endif

namespace footfall {
namespace {

constexpr std::array<std::uint32_t, 256> kCrcTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0x82F63B78u : 0u);
    table[i] = value;
  }
  return table;
}();

std::uint32_t crc_by_table(std::uint32_t crc, const char* data, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    crc = (crc >> 8) ^ kCrcTable[(crc ^ static_cast<std::uint8_t>(data[i])) & 0xFF];
  }
  return crc;
}

#ifdef __x86_64__
// Chosen at run time, so that the programs start on a CPU without it.
__attribute__((target("sse4.2"))) std::uint32_t crc_by_cpu(std::uint32_t crc, const char* data, std::size_t size) {
  std::uint64_t wide = crc;
  for (; size >= 8; size -= 8, data += 8) {
    std::uint64_t word;
    std::memcpy(&word, data, 8);
    wide = _mm_crc32_u64(wide, word);
  }
  auto narrow = static_cast<std::uint32_t>(wide);
  for (; size > 0; --size, ++data) narrow = _mm_crc32_u8(narrow, static_cast<std::uint8_t>(*data));
  return narrow;
}
#endif

using CrcFunction = std::uint32_t (*)(std::uint32_t, const char*, std::size_t);

CrcFunction best_crc() {
#ifdef __x86_64__
  if (__builtin_cpu_supports("sse4.2")) return crc_by_cpu;
#endif
  return crc_by_table;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

// What stands at the front of `text`: `length` bytes that are one character, or that are to become one U+FFFD.
struct Sequence {
  std::size_t length;
  bool valid;
};

// A broken sequence is as long as the part of it that could still have become a character (Unicode 3.9, "maximal
// subpart"), so one bad byte never swallows a good character behind it. NUL counts as broken.
Sequence next_sequence(std::string_view text) {
  const auto at = [text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = at(0);
  if (first < 0x80) return {1, first != 0};
  std::size_t length = 0;
  std::uint8_t second_min = 0x80;
  std::uint8_t second_max = 0xBF;
  if (first >= 0xC2 && first <= 0xDF) {
    length = 2;
  } else if (first >= 0xE0 && first <= 0xEF) {
    length = 3;
    if (first == 0xE0) second_min = 0xA0;  // overlong
    if (first == 0xED) second_max = 0x9F;  // surrogates
  } else if (first >= 0xF0 && first <= 0xF4) {
    length = 4;
    if (first == 0xF0) second_min = 0x90;  // overlong
    if (first == 0xF4) second_max = 0x8F;  // beyond U+10FFFF
  } else {
    return {1, false};
  }
  for (std::size_t i = 1; i < length; ++i) {
    const std::uint8_t min = i == 1 ? second_min : 0x80;
    const std::uint8_t max = i == 1 ? second_max : 0xBF;
    if (i >= text.size() || at(i) < min || at(i) > max) return {i, false};
  }
  return {length, true};
}

// Length of the longest prefix that needs no repair.
std::size_t valid_prefix(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    if (static_cast<std::uint8_t>(text[i]) - 1u < 0x7F) {  // 1…127, by far the commonest
      ++i;
      continue;
    }
    const Sequence sequence = next_sequence(text.substr(i));
    if (!sequence.valid) break;
    i += sequence.length;
  }
  return i;
}

}  // namespace

std::uint32_t crc32c(std::string_view data, std::uint32_t seed) {
  static const CrcFunction crc = best_crc();
  return ~crc(~seed, data.data(), data.size());
}

std::uint32_t crc32c_by_table(std::string_view data, std::uint32_t seed) {
  return ~crc_by_table(~seed, data.data(), data.size());
}

std::string to_hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out(bytes.size() * 2, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    out[2 * i] = kDigits[static_cast<std::uint8_t>(bytes[i]) >> 4];
    out[2 * i + 1] = kDigits[static_cast<std::uint8_t>(bytes[i]) & 15];
  }
  return out;
}

std::optional<std::string> from_hex(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string out(hex.size() / 2, '\0');
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int high = hex_digit(hex[2 * i]);
    const int low = hex_digit(hex[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out[i] = static_cast<char>(high * 16 + low);
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size() + text.size() / 4);
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
    } else {
      out += '%';
      out += kDigits[static_cast<std::uint8_t>(c) >> 4];
      out += kDigits[static_cast<std::uint8_t>(c) & 15];
    }
  }
  return out;
}

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::string valid_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const std::size_t good = valid_prefix(bytes);
    out.append(bytes.substr(0, good));
    bytes.remove_prefix(good);
    if (bytes.empty()) break;
    out += "\xEF\xBF\xBD";
    bytes.remove_prefix(next_sequence(bytes).length);
  }
  return out;
}

bool is_valid_utf8(std::string_view bytes) { return valid_prefix(bytes) == bytes.size(); }

std::string_view truncate_utf8(std::string_view text, std::size_t max) {
  if (text.size() <= max) return text;
  while (max > 0 && (static_cast<std::uint8_t>(text[max]) & 0xC0) == 0x80) --max;
  return text.substr(0, max);
}

std::string_view cut_text(std::string_view text, std::size_t max) {
  constexpr int kContinuationsMax = 3;  // of one character; more of them are no UTF-8
  if (text.size() <= max) return text;
  const auto is_continuation = [](std::uint8_t byte) { return (byte & 0xC0) == 0x80; };
  const auto is_escaped_continuation = [text](std::size_t at) {
    const bool is_escape = at + 2 < text.size() && text[at] == '%';
    return is_escape && std::string_view("89aAbB").find(text[at + 1]) != std::string_view::npos;
  };
  std::size_t end = max;
  if (end >= 1 && text[end - 1] == '%') {
    end -= 1;
  } else if (end >= 2 && text[end - 2] == '%') {
    end -= 2;
  }
  for (int i = 0; i < kContinuationsMax; ++i) {
    if (is_continuation(static_cast<std::uint8_t>(text[end])) && end >= 1) {
      end -= 1;
    } else if (is_escaped_continuation(end) && end >= 3 && text[end - 3] == '%') {
      end -= 3;
    }
  }
  return text.substr(0, end);
}

std::string_view without_byte_order_mark(std::string_view text) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  return text.starts_with(kMark) ? text.substr(kMark.size()) : text;
}

std::string to_lower_ascii(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view text) {
  static constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace footfall
