// Both functions walk over the text once, character by character. Most identifiers are plain ASCII without blanks; the
// tables below are asked only for other characters.
#include "core/domain/identifiers.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace footfall::core {
namespace {

struct Range {
  char32_t first, last;
};

// Characters without ink and without width.
constexpr Range kInvisible[] = {{0x00, 0x08},     {0x0E, 0x1F},     {0x7F, 0x84},     {0x86, 0x9F},
                                {0xAD, 0xAD},     {0x034F, 0x034F}, {0x061C, 0x061C}, {0x180B, 0x180F},
                                {0x200B, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x206F}, {0xFE00, 0xFE0F},
                                {0xFEFF, 0xFEFF}};
// White space of Unicode, with the blanks that count as letters there: Braille, Hangul fillers.
constexpr Range kBlank[] = {{0x09, 0x0D},     {0x20, 0x20},     {0x85, 0x85},     {0xA0, 0xA0},     {0x115F, 0x1160},
                            {0x1680, 0x1680}, {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F},
                            {0x2800, 0x2800}, {0x3000, 0x3000}, {0x3164, 0x3164}, {0xFFA0, 0xFFA0}};

template <std::size_t N>
bool in(const Range (&ranges)[N], char32_t c) {
  const auto* const range = std::find_if(std::begin(ranges), std::end(ranges), [c](Range r) { return c <= r.last; });
  return range != std::end(ranges) && c >= range->first;
}

// Upper case letters and the distance to their lower case. In a row with distance 1, capital and small letters take
// turns, the capitals on even or on odd numbers.
struct CaseRow {
  char32_t first, last;
  std::int32_t distance;
};
constexpr CaseRow kCase[] = {
    {'A', 'Z', 32},       {0xC0, 0xD6, 32},     {0xD8, 0xDE, 32},     {0x0100, 0x012E, 1},  // Latin
    {0x0132, 0x0136, 1},  {0x0139, 0x0147, 1},  {0x014A, 0x0176, 1},  {0x0178, 0x0178, -121},
    {0x0179, 0x017D, 1},  {0x01CD, 0x01DB, 1},  {0x01DE, 0x01EE, 1},  {0x01F8, 0x021E, 1},
    {0x0222, 0x0232, 1},  {0x0386, 0x0386, 38}, {0x0388, 0x038A, 37}, {0x038C, 0x038C, 64},  // Greek
    {0x038E, 0x038F, 63}, {0x0391, 0x03A1, 32}, {0x03A3, 0x03AB, 32}, {0x0400, 0x040F, 80},  // Cyrillic
    {0x0410, 0x042F, 32}, {0x0460, 0x0480, 1},  {0x048A, 0x04BE, 1},  {0x04C1, 0x04CD, 1},
    {0x04D0, 0x052E, 1},  {0x1E00, 0x1E94, 1},  {0x1EA0, 0x1EFE, 1},  {0x212A, 0x212A, -0x20BF},  // Kelvin
    {0xFF21, 0xFF3A, 32},                                                                         // full width
};

char32_t to_lower(char32_t c) {
  for (const CaseRow& row : kCase) {
    if (c < row.first || c > row.last) continue;
    if (row.distance == 1 && (c - row.first) % 2 != 0) return c;
    return static_cast<char32_t>(static_cast<std::int64_t>(c) + row.distance);
  }
  return c;
}

struct Character {
  char32_t code = 0;
  std::size_t bytes = 1;  // a byte that begins no character stands for itself
  bool valid = false;
};

Character next_character(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return {};
  char32_t code = lead & (0x7F >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    code = (code << 6) | (byte(i) & 0x3F);
  }
  return {code, bytes, true};
}

void append(std::string& out, char32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
    return;
  }
  if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
  }
  out += static_cast<char>(0x80 | (c & 0x3F));
}

std::string normalise(std::string_view text, bool lower) {
  std::string out;
  out.reserve(text.size());
  std::size_t kept = 0;  // bytes of `out` up to the last character that is no blank
  for (std::size_t at = 0; at < text.size();) {
    const Character character = next_character(text.substr(at));
    const std::string_view bytes = text.substr(at, character.bytes);
    at += character.bytes;
    if (character.valid && in(kInvisible, character.code)) continue;
    if (character.valid && in(kBlank, character.code)) {
      if (!out.empty()) out += ' ';
      continue;
    }
    if (lower && character.valid) {
      append(out, to_lower(character.code));
    } else {
      out += bytes;
    }
    kept = out.size();
  }
  out.resize(kept);
  return out;
}

}  // namespace

std::string tidy_identifier(std::string_view text) { return normalise(text, false); }

std::string fold_identifier(std::string_view text) { return normalise(text, true); }

bool is_same_name(std::string_view a, std::string_view b) { return fold_identifier(a) == fold_identifier(b); }

}  // namespace footfall::core
