#include "core/domain/terms.h"

#include <algorithm>

#include "core/domain/money.h"
#include "proto/base/bytes.h"

namespace footfall::core {

namespace {

Result<void> check_amount(const Rate& rate) {
  if (rate.amount_minor < 0) return invalid("a commission cannot be negative");
  if (rate.amount_minor > kSaleMinorMax) return invalid("a commission cannot be more than the largest sale");
  return {};
}

}  // namespace

Result<void> check_terms(const Terms& terms) {
  const bool has_control = std::ranges::any_of(terms.goal, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  if (terms.goal.size() > kGoalLengthMax || has_control) {
    return invalid("a goal's name has at most 100 bytes, and no control characters");
  }
  if (terms.tiers.size() > kTiersMax) return invalid("at most 32 tiers");
  if (auto good = check_amount(terms.rate); !good) return good;
  std::int64_t last = 0;
  for (const auto& tier : terms.tiers) {
    if (tier.from <= last) return invalid("tiers start at 1 conversion or more and ascend");
    if (auto good = check_amount(tier.rate); !good) return good;
    last = tier.from;
  }
  return {};
}

const Rate& rate_at(const Terms& terms, std::int64_t conversions_before) {
  const Rate* rate = &terms.rate;
  for (const auto& tier : terms.tiers) {
    if (tier.from <= conversions_before) rate = &tier.rate;
  }
  return *rate;
}

std::int64_t commission_of(const Terms& terms, std::int64_t amount_minor, std::int64_t conversions_before,
                           Rounding rounding) {
  const Rate& rate = rate_at(terms, conversions_before);
  if (terms.kind == TermsKind::fixed) return rate.amount_minor;
  return share_of(amount_minor, rate.percent, rounding);
}

Result<Terms> parse_commission(std::string_view text, int exponent) {
  text = trim(text);
  Terms terms;
  if (text.ends_with('%')) {
    auto percent = parse_percent(trim(text.substr(0, text.size() - 1)));
    if (!percent) return Failure(percent.error());
    terms.rate.percent = *percent;
    return terms;
  }
  auto amount = parse_minor(text, exponent);
  if (!amount)
    return invalid("a commission is a percentage (\"10%\") or a fixed amount (\"5.00\"): " + amount.error().message);
  if (*amount < 0) return invalid("a commission cannot be negative");
  terms.kind = TermsKind::fixed;
  terms.rate.amount_minor = *amount;
  return terms;
}

std::string format_rate(TermsKind kind, const Rate& rate, int exponent) {
  if (kind == TermsKind::percentage) return format_percent(rate.percent) + "%";
  return format_minor(rate.amount_minor, exponent);
}

}  // namespace footfall::core
