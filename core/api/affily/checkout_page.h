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

// `can_pay`: buttons that pay in the sandbox or cancel; else the text says how to transfer the money.
std::string checkout_page(const DepositRow& deposit, CheckoutState state, const DepositSettings& settings,
                          bool can_pay);
// Headers of the page: it may be framed by nobody, says its address to nobody, and its form may lead on to where the
// deposit's return URL is.
std::string checkout_fields(const DepositRow& deposit);

// The return URL with the deposit and what became of it: "…?deposit_id=dep_…&status=paid". Empty: it has none.
std::string return_url_of(const DepositRow& deposit, std::string_view status);

}  // namespace footfall::core::affily
