// How amounts, times and terms are said to people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/actions/campaigns.h"
#include "core/domain/conversion_status.h"
#include "core/pages/view.h"

namespace footfall::core {

std::string money_text(std::int64_t minor, std::string_view currency);  // "9.99 EUR"
std::string date_text(std::int64_t wall_us);                            // "2026-01-31"
std::string short_date_text(std::int64_t wall_us);                      // "31 Jan"
std::string minute_text(std::int64_t wall_us);                          // "2026-01-31 14:05 UTC"
std::string days_text(std::int64_t seconds);                            // "30 days", "12 hours"
// "10% of each sale", "5.00 EUR for each sale"
std::string commission_text(const Campaign& campaign);
struct Earning {
  std::string what, amount;
};
// What a campaign pays besides: its tiers ("From 50 conversions on", "12%"), and the goals that have terms of their own
// ("For \"lead\"", "2.00 EUR"). Each in the campaign's order.
std::vector<Earning> further_earnings(const Campaign& campaign);
// The same for a template: `what` and `amount`.
std::vector<View> earnings_view(const Campaign& campaign);
std::string_view status_text(ConversionStatus status);  // "Approved"

}  // namespace footfall::core
