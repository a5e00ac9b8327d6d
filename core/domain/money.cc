// A decimal is kept as its string of digits and the place of its point until the currency's exponent says where to cut:
// exact for any length, and the only rounding is the one that is asked for.
#include "core/domain/money.h"

#include <algorithm>
#include <limits>

namespace footfall::core {
namespace {

__extension__ typedef __int128 Wide;

constexpr std::size_t kDecimalLengthMax = 64;
constexpr Wide kMinorMax = std::numeric_limits<std::int64_t>::max();
constexpr int kExponentMax = 4;

struct Decimal {
  bool negative = false;
  std::string digits;      // most significant first
  std::int64_t point = 0;  // digits before the decimal point; may lie outside of `digits`
};

std::string_view take_digits(std::string_view& text) {
  const auto end = std::find_if(text.begin(), text.end(), [](char c) { return c < '0' || c > '9'; });
  const auto count = static_cast<std::size_t>(end - text.begin());
  const auto digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<Decimal> parse_decimal(std::string_view text) {
  if (text.size() > kDecimalLengthMax) return std::nullopt;
  Decimal decimal;
  decimal.negative = take(text, '-');
  const auto whole = take_digits(text);
  decimal.digits = whole;
  decimal.point = static_cast<std::int64_t>(whole.size());
  if (take(text, '.')) decimal.digits += take_digits(text);  // ".5" and "5." are as good as "0.5" and "5.0"
  if (decimal.digits.empty()) return std::nullopt;
  if (take(text, 'e') || take(text, 'E')) {
    const bool down = take(text, '-');
    if (!down) take(text, '+');
    const auto power = take_digits(text);
    if (power.empty() || power.size() > 3) return std::nullopt;
    const std::int64_t shift = std::stoi(std::string(power));
    decimal.point += down ? -shift : shift;
  }
  if (!text.empty()) return std::nullopt;
  return decimal;
}

// value / divisor, both non-negative but for the value's sign.
Wide divide(Wide value, Wide divisor, Rounding rounding) {
  Wide quotient = value / divisor;
  const Wide rest = value % divisor;
  const Wide rest_size = rest < 0 ? -rest : rest;
  if (rounding == Rounding::half_up && rest_size * 2 >= divisor) quotient += value < 0 ? -1 : 1;
  return quotient;
}

Wide power_of_ten(int exponent) {
  Wide power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

}  // namespace

Result<std::int64_t> parse_minor(std::string_view text, int exponent, ExcessDigits excess) {
  FOOTFALL_CHECK(exponent >= 0 && exponent <= 6);
  const auto decimal = parse_decimal(text);
  if (!decimal)
    return invalid("\"" + std::string(text.substr(0, kDecimalLengthMax)) + "\" is not a decimal number such as 149.99");
  const std::int64_t kept = decimal->point + exponent;
  const auto size = static_cast<std::int64_t>(decimal->digits.size());
  Wide minor = 0;
  for (std::int64_t i = 0; i < kept; ++i) {
    minor = minor * 10 + (i < size ? decimal->digits[static_cast<std::size_t>(i)] - '0' : 0);
    if (minor > kMinorMax) return invalid("the amount is too large");
    if (minor == 0 && i >= size) break;  // zeros with a huge power of ten
  }
  const auto cut = static_cast<std::size_t>(std::clamp<std::int64_t>(kept, 0, size));
  const std::string_view dropped = std::string_view(decimal->digits).substr(cut);
  if (dropped.find_first_not_of('0') != std::string_view::npos) {
    if (excess == ExcessDigits::refuse) {
      return invalid("more than " + std::to_string(exponent) + " decimals");
    }
    if (kept >= 0 && dropped.front() >= '5') ++minor;
    if (minor > kMinorMax) return invalid("the amount is too large");
  }
  const auto value = static_cast<std::int64_t>(minor);
  return decimal->negative ? -value : value;
}

std::string format_minor(std::int64_t minor, int exponent) {
  FOOTFALL_CHECK(exponent >= 0 && exponent <= 6);
  const Wide size = minor < 0 ? -static_cast<Wide>(minor) : static_cast<Wide>(minor);
  std::string digits = std::to_string(static_cast<std::uint64_t>(size));
  const auto decimals = static_cast<std::size_t>(exponent);
  if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
  if (decimals > 0) digits.insert(digits.size() - decimals, 1, '.');
  return minor < 0 ? "-" + digits : digits;
}

std::string format_amount(std::int64_t minor, std::string_view currency) {
  return format_minor(minor, currency_exponent(currency).value_or(2));
}

std::optional<std::int64_t> rescale_minor(std::int64_t minor, int from_exponent, int to_exponent, Rounding rounding) {
  FOOTFALL_CHECK(from_exponent >= 0 && from_exponent <= kExponentMax);
  FOOTFALL_CHECK(to_exponent >= 0 && to_exponent <= kExponentMax);
  Wide value = minor;
  if (to_exponent >= from_exponent) {
    value *= power_of_ten(to_exponent - from_exponent);
  } else {
    value = divide(value, power_of_ten(from_exponent - to_exponent), rounding);
  }
  if (value > kMinorMax || value < -kMinorMax) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

std::optional<std::int64_t> checked_add(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
  return sum;
}

std::optional<std::int64_t> checked_subtract(std::int64_t a, std::int64_t b) {
  std::int64_t difference = 0;
  if (__builtin_sub_overflow(a, b, &difference)) return std::nullopt;
  return difference;
}

Result<Percent> parse_percent(std::string_view text) {
  auto millionths = parse_minor(text, 6);
  if (!millionths)
    return invalid("\"" + std::string(text.substr(0, kDecimalLengthMax)) +
                   "\" is not a percentage with up to 6 decimals, such as 12.5");
  if (*millionths < 0 || *millionths > kPercentMillionthsMax) return invalid("a percentage lies between 0 and 100");
  return Percent{*millionths};
}

std::string format_percent(Percent percent) {
  std::string text = format_minor(percent.millionths, 6);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::int64_t share_of(std::int64_t amount_minor, Percent percent, Rounding rounding) {
  FOOTFALL_CHECK(percent.millionths >= 0 && percent.millionths <= kPercentMillionthsMax);
  const Wide product = static_cast<Wide>(amount_minor) * percent.millionths;
  return static_cast<std::int64_t>(divide(product, kPercentMillionthsMax, rounding));
}

std::int64_t proportion_of(std::int64_t amount_minor, std::int64_t part, std::int64_t whole) {
  FOOTFALL_CHECK(amount_minor >= 0 && part >= 0 && whole > 0);
  if (part >= whole) return amount_minor;
  return static_cast<std::int64_t>(divide(static_cast<Wide>(amount_minor) * part, whole, Rounding::half_up));
}

}  // namespace footfall::core
