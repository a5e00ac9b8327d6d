// Stripe's events as sales of a merchant: checkout.session.completed, checkout.session.async_payment_succeeded,
// invoice.paid, charge.refunded and invoice_payment.paid. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "core/domain/stripe_sale.h"
#include "proto/base/result.h"

namespace footfall::core {

// The sale in an event whose signature has been checked. None: an event that is no concern of sales, such as a session
// whose money is still on its way. forbidden: an event of the other mode. invalid: not what Stripe documents.
Result<std::optional<StripeSale>> read_stripe_sale(std::string_view body, bool is_live);

}  // namespace footfall::core
