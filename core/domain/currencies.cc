// ISO 4217 by number of decimals: all that are not listed in a shorter table have two. Currencies that were withdrawn
// lately stay, because orders in them still come.
#include <algorithm>
#include <array>

#include "core/domain/money.h"

namespace footfall::core {
namespace {

using Code = std::string_view;

constexpr Code kNone[] = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG",
                          "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"};
constexpr Code kThree[] = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};
constexpr Code kFour[] = {"CLF", "UYW"};
constexpr Code kTwo[] = {
    "AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BGN", "BMD", "BND",
    "BOB", "BOV", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHE", "CHF", "CHW", "CNY", "COP", "COU",
    "CRC", "CUC", "CUP", "CVE", "CZK", "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL",
    "GHS", "GIP", "GMD", "GTQ", "GYD", "HKD", "HNL", "HRK", "HTG", "HUF", "IDR", "ILS", "INR", "IRR", "JMD", "KES",
    "KGS", "KHR", "KPW", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT",
    "MOP", "MRU", "MUR", "MVR", "MWK", "MXN", "MXV", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "PAB",
    "PEN", "PGK", "PHP", "PKR", "PLN", "QAR", "RON", "RSD", "RUB", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP",
    "SLE", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TOP", "TRY", "TTD", "TWD", "TZS",
    "UAH", "USD", "USN", "UYU", "UZS", "VED", "VES", "WST", "XCD", "XCG", "YER", "ZAR", "ZMW", "ZWG"};

static_assert(std::is_sorted(std::begin(kNone), std::end(kNone)));
static_assert(std::is_sorted(std::begin(kTwo), std::end(kTwo)));

template <std::size_t N>
bool holds(const Code (&table)[N], Code code) {
  return std::binary_search(std::begin(table), std::end(table), code);
}

}  // namespace

std::optional<int> currency_exponent(std::string_view code) {
  if (holds(kTwo, code)) return 2;
  if (holds(kNone, code)) return 0;
  if (holds(kThree, code)) return 3;
  if (holds(kFour, code)) return 4;
  return std::nullopt;
}

Result<std::string> parse_currency(std::string_view text) {
  std::string code(text.substr(0, 16));
  std::transform(code.begin(), code.end(), code.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  if (!currency_exponent(code)) return invalid("\"" + code + "\" is not an ISO 4217 currency code such as EUR");
  return code;
}

}  // namespace footfall::core
