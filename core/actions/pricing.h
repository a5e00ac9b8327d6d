// From a report and its attribution to a row: amount, terms, commission, hold. This is the part of booking
// that decides.
#pragma once

#include <cstdint>
#include <optional>

#include "core/actions/book_conversions.h"
#include "core/actions/booked_counts.h"
#include "core/domain/attribution.h"
#include "core/storage/conversions.h"
#include "core/storage/evidence.h"

namespace footfall::core {

// What the report says, without a price and a row number.
ConversionRow row_of(const PendingConversion& pending);

// The sale as a decimal of the campaign's currency (AF-7). `booked` when there is nothing to object to.
RecordOutcome read_amount(const PendingConversion& pending, ConversionRow& row);

// Puts attribution, terms and commission into `row`; `before` conversions count for tiers. False: the terms pay a
// share of an amount that was not reported.
bool price(const Policy& policy, const Attribution& attribution, const std::optional<TermsInForce>& terms,
           std::int64_t before, ConversionRow& row);

// The same, where tiers and budget need a count of what is booked already. Inside the transaction that books; the row
// is not added to the counts. A budget pays commissions in its own currency; one in another earns nothing, and the
// explanation says so. Where the budget is used up the policy decides: budget_exceeded, or the sale earns nothing.
enum class Pricing : std::uint8_t { priced, amount_required, budget_exceeded };
Result<Pricing> price_by_books(BookedCounts& counts, const Policy& policy, const Attribution& attribution,
                               const std::optional<TermsInForce>& terms, ConversionRow& row);
// Takes the commission from a priced row, because the budget is used up.
void refuse_commission(ConversionRow& row);

}  // namespace footfall::core
