// The addresses of a deposit's page on our own host, and of where its payer goes afterwards; what a payment provider is
// asked for. Pure.
#pragma once

#include <string>
#include <string_view>

#include "core/actions/deposits.h"
#include "core/domain/payment.h"
#include "core/domain/site.h"

namespace footfall::core {

// In the query of the page to which a provider leads back.
inline constexpr std::string_view kFromProvider = "from=provider";

// `host` is one of Affily's, or one where the path alone says so.
std::string checkout_url(const Site& site, std::string_view host, const DepositRow& deposit);
// The return URL with the deposit and what became of it: "…?deposit_id=dep_…&status=paid". Empty: it has none.
std::string return_url_of(const DepositRow& deposit, std::string_view status);

// False: the money is play money, which our own page takes.
bool is_for_provider(const DepositRow& deposit, bool sandbox);
// `page` is the deposit's checkout_url().
PaymentOrder payment_order(const DepositRow& deposit, const std::string& page);

}  // namespace footfall::core
