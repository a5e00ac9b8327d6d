// The page to which a deposit's payment_url leads: what is to be paid and how, or what became of it. Plain HTML without
// scripts. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/actions/deposits.h"

namespace footfall::core::affily {

enum class CheckoutState : std::uint8_t { open, expired, paid, refunded };
CheckoutState checkout_state(const DepositRow& deposit, std::int64_t now_us);

// How the money of an open deposit comes.
enum class PaymentWay : std::uint8_t {
  transfer,  // the text says where to
  sandbox,   // buttons pay without money, or cancel
  provider,  // a link leads to the provider's page
  awaited,   // the payer comes from there, and the provider has not told us yet: the page looks again by itself
};
std::string checkout_page(const DepositRow& deposit, CheckoutState state, const DepositSettings& settings,
                          PaymentWay way);
// Headers of the page: it may be framed by nobody, says its address to nobody, and its form may lead on to where the
// deposit's return URL is.
std::string checkout_fields(const DepositRow& deposit);

// What the page and the proforma invoice say alike.
bool is_invoiced(const DepositRow& deposit);  // transfer and proforma
std::string amount_text(const DepositRow& deposit);
std::string date_text(std::int64_t us);
std::string_view transfer_text(const DepositSettings& settings);

}  // namespace footfall::core::affily
