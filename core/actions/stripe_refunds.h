// Money that Stripe says was given back. The commission is taken back in the proportion that the refunds of all charges
// have to what was paid, as Stripe says, and what was reversed by hand before counts towards it.
//
// A refund of a conversion that is disputed or rejected is noted, and takes back its part as soon as the conversion may
// earn again: when the dispute ends, however it does, or when the conversion is restored. Likewise one of a conversion
// that earned nothing and is credited later. While a conversion waits for its click, the event waits, too.
#pragma once

#include <string>

#include "core/actions/caller.h"
#include "core/storage/conversions.h"
#include "core/storage/database.h"
#include "core/storage/stripe_sales.h"

namespace footfall::core {

// Keeps the event with its outcome, or answers kStripeWaiting and changes nothing. Outside a transaction.
Result<std::string> take_stripe_refund(Database& database, const Caller& caller, const StripeEventRow& event);

// Takes back what is missing yet of what was refunded. The conversion as it is afterwards. Inside the transaction that
// has locked `row`.
Result<ConversionRow> reverse_refunded(Database& database, const Caller& caller, ConversionRow row);

}  // namespace footfall::core
