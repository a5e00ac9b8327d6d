#include "core/domain/codes.h"

#include <algorithm>
#include <array>

#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

// Crockford's base32: none of i, l, o, u, so that a code survives being read aloud and retyped.
constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
static_assert(kAlphabet.size() == 32);

constexpr std::array<std::string_view, 12> kReserved = {"api",        "c",           "favicon.ico", "health",
                                                        "livez",      "metrics",     "pb",          "readyz",
                                                        "robots.txt", "sitemap.xml", "static",      "v1"};

bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

std::string random_characters(std::uint64_t random, int length) {
  FOOTFALL_CHECK(length >= 1 && length <= 12);
  std::string text;
  for (int i = 0; i < length; ++i, random >>= 5) text += kAlphabet[random & 31];
  return text;
}

}  // namespace

Result<void> check_code(std::string_view code) {
  if (code.empty() || code.size() > kCodeLengthMax) return invalid("a code has 1 to 64 characters");
  const bool clean = std::all_of(code.begin(), code.end(), [](char c) {
    return is_alphanumeric(c) || c == '-' || c == '_' || c == '.' || c == '~';
  });
  if (!clean || !is_alphanumeric(code.front())) {
    return invalid("a code consists of letters, digits and - _ . ~ and starts with a letter or digit");
  }
  if (is_reserved_code(code)) {
    return invalid("\"" + std::string(code) + "\" is a path of the APIs and cannot be a code; choose another");
  }
  return {};
}

bool is_reserved_code(std::string_view code) {
  const std::string folded = fold_code(code);
  return std::find(kReserved.begin(), kReserved.end(), folded) != kReserved.end();
}

std::string fold_code(std::string_view code) { return to_lower_ascii(code); }

Result<void> check_promo_code(std::string_view code) {
  if (code.empty() || code.size() > kCodeLengthMax) return invalid("a promotion's code has 1 to 64 characters");
  const bool visible = std::all_of(code.begin(), code.end(), [](char c) { return c > ' ' && c <= '~'; });
  if (!visible) return invalid("a promotion's code has visible ASCII characters without blanks");
  return {};
}

std::string slug_of(std::string_view name) {
  std::string slug;
  for (char c : to_lower_ascii(name)) {
    if (is_alphanumeric(c)) {
      slug += c;
    } else if (!slug.empty() && slug.back() != '-') {
      slug += '-';
    }
    if (slug.size() == kSlugLengthMax) break;
  }
  while (!slug.empty() && slug.back() == '-') slug.pop_back();
  return slug.empty() ? "campaign" : slug;
}

std::string affiliate_code(std::string_view slug, std::uint64_t random, int suffix_length) {
  const std::string whole = slug_of(slug);
  const std::string word = whole.substr(0, std::min<std::size_t>(whole.find('-'), 20));
  return word + "-" + random_characters(random, suffix_length);
}

std::string offer_code(std::string_view name, std::uint64_t random) {
  std::string code;
  for (char c : name) {
    if (is_alphanumeric(c)) code += c;
    if (code.size() == 9) break;
  }
  code += random_characters(random, code.empty() ? 10 : 3);
  std::transform(code.begin(), code.end(), code.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return code;
}

}  // namespace footfall::core
