// Codes of links and promotions, slugs and offer codes: what may stand in them and how new ones are made. Codes keep
// the spelling that they were given and are compared folded (BA-20). Pure: the caller brings the randomness.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proto/base/result.h"

namespace footfall::core {

inline constexpr std::size_t kCodeLengthMax = 64;
inline constexpr std::size_t kSlugLengthMax = 40;

// Letters, digits, '-', '_', '.', '~', the first one a letter or digit, 1 to 64 in all, and none of the words that are
// first path segments when one host serves everything (COMMON.md C-10).
Result<void> check_code(std::string_view code);
bool is_reserved_code(std::string_view code);  // any case
// What is unique: lower case.
std::string fold_code(std::string_view code);
// A promotion's code may be any visible characters without blanks, 1 to 64 of them.
Result<void> check_promo_code(std::string_view code);

// "Summer Sale 2024!" → "summer-sale-2024"; "campaign" where no letter or digit of ASCII is left.
std::string slug_of(std::string_view name);
// "summer-sale", … → "summer-x7k2": the slug's first word, `suffix_length` (1 to 12) characters from `random`.
std::string affiliate_code(std::string_view slug, std::uint64_t random, int suffix_length = 4);
// "My Offer", … → "MYOFFER7Q2": AffSpace's spelling.
std::string offer_code(std::string_view name, std::uint64_t random);

}  // namespace footfall::core
