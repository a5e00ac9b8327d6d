// What becomes of a deposit when the payer's bank disputes the payment. The provider takes the disputed money from the
// operator at once, so it leaves the deposit at once, as far as it is free to spend; a dispute that is won gives it
// back, one that is lost changes nothing more. Refunds and disputes together never take more than was paid. A payment
// that no notice booked may be what an operator confirmed by hand, or not: the operator books what its dispute takes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/actions/caller.h"
#include "core/actions/payment_notices.h"
#include "core/storage/deposits.h"

namespace footfall::core {

// A step of apply_payment_notice(), which has locked `row`. Notices of a dispute may come in any order.
Result<NoticeOutcome> apply_dispute(Database& database, const Caller& caller, DepositRow& row,
                                    const PaymentNotice& notice, std::int64_t now_us);

// An operator's: `part_minor` of what the dispute has not taken, or without it all of that which is left, leaves the
// deposit and comes back if the dispute is won. not_found: the deposit has no such dispute; invalid: the part is more
// than that; conflict: the deposit is not paid, the dispute is won, or so much is not free to spend (code
// "insufficient_deposit").
Result<DepositRow> book_rest_of_dispute(Database& database, const Caller& caller, std::string_view deposit,
                                        std::string_view dispute, std::optional<std::int64_t> part_minor);

}  // namespace footfall::core
