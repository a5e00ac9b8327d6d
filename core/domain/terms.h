// What a campaign pays: a fixed amount or a percentage, for every goal or for one, the same for all conversions or in
// tiers. Pure. Terms in force are never changed, only succeeded by others.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/domain/money.h"

namespace footfall::core {

enum class TermsKind : std::uint8_t { fixed, percentage };

// One rate. Only the member that the terms' kind names is meaningful.
struct Rate {
  std::int64_t amount_minor = 0;
  Percent percent;
  bool operator==(const Rate&) const = default;
};

struct Tier {
  std::int64_t from = 0;  // conversions that the affiliate has already; at least 1
  Rate rate;
  bool operator==(const Tier&) const = default;
};

struct Terms {
  std::string goal;  // empty: every goal that has no terms of its own
  TermsKind kind = TermsKind::percentage;
  Rate rate;
  std::vector<Tier> tiers;  // ascending; at most kTiersMax
  bool operator==(const Terms&) const = default;
};

inline constexpr std::size_t kTiersMax = 32;
inline constexpr std::size_t kGoalLengthMax = 100;  // SELX-01

// An error that says what to change: tiers out of order, a negative amount, an over-long goal.
Result<void> check_terms(const Terms& terms);
const Rate& rate_at(const Terms& terms, std::int64_t conversions_before);
// The commission for a conversion of `amount_minor`; fixed rates ignore the amount (AFS-38).
std::int64_t commission_of(const Terms& terms, std::int64_t amount_minor, std::int64_t conversions_before,
                           Rounding rounding);

// The operator's spelling: "10%" or "5.00". `exponent` is that of the currency of fixed amounts.
Result<Terms> parse_commission(std::string_view text, int exponent);
std::string format_rate(TermsKind kind, const Rate& rate, int exponent);

}  // namespace footfall::core
