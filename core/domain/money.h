// Money is an integer in minor units with its currency's exponent; a rate is an exact number of millionths of a
// percent. Decimals are parsed from their text and never pass through a double. Pure; results never overflow unnoticed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proto/base/result.h"

namespace footfall::core {

// ISO 4217, upper case: 2 for EUR, 0 for JPY, 3 for KWD. None for what is not a currency.
std::optional<int> currency_exponent(std::string_view code);
// "eur" → "EUR"; an error that names the value for anything that is not in the table.
Result<std::string> parse_currency(std::string_view text);

enum class Rounding : std::uint8_t {
  truncate,  // toward zero: BaClique (BA-7)
  half_up,   // halves away from zero: Selgeo, AffSpace, Affily (SE-27, COMMON.md D-18)
};
enum class ExcessDigits : std::uint8_t { refuse, round_half_up };

// "149.99" with exponent 2 → 14999. A minus or none, digits, an optional fraction (".5", "5.") and, as JSON allows it,
// an optional power of ten; nothing else (no plus, no separators, no blanks). More decimals than the currency has are
// refused or rounded (AF-7). Bounds: 64 characters, the range of int64.
Result<std::int64_t> parse_minor(std::string_view text, int exponent, ExcessDigits excess = ExcessDigits::refuse);
// No sale is larger (ten trillion dollars): what is reported beyond is refused before it brings a balance near int64's
// end, and every figure stays exact in JSON.
inline constexpr std::int64_t kSaleMinorMax = 1'000'000'000'000'000;
// 14999, 2 → "149.99"; always all decimals of the currency.
std::string format_minor(std::int64_t minor, int exponent);
// The same with the currency's decimals; with two where no currency is known.
std::string format_amount(std::int64_t minor, std::string_view currency);
// The same value for another exponent: 500 at 2 → 5 at 0. None if it overflows.
std::optional<std::int64_t> rescale_minor(std::int64_t minor, int from_exponent, int to_exponent, Rounding rounding);

std::optional<std::int64_t> checked_add(std::int64_t a, std::int64_t b);
std::optional<std::int64_t> checked_subtract(std::int64_t a, std::int64_t b);

// 0 to 100 percent with up to six decimals.
struct Percent {
  std::int64_t millionths = 0;  // of one percent: 10 % is 10'000'000
  auto operator<=>(const Percent&) const = default;
};
inline constexpr std::int64_t kPercentMillionthsMax = 100'000'000;

Result<Percent> parse_percent(std::string_view text);  // "10", "12.5", "0.125"; without the sign %
std::string format_percent(Percent percent);           // without needless zeros
// `percent` of `amount_minor`; never larger than the amount, so it cannot overflow.
std::int64_t share_of(std::int64_t amount_minor, Percent percent, Rounding rounding);
// amount × part / whole, halves up; all of the amount where the part is the whole or more. None is below zero, and the
// whole is above it.
std::int64_t proportion_of(std::int64_t amount_minor, std::int64_t part, std::int64_t whole);

}  // namespace footfall::core
