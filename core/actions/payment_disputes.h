// What becomes of a deposit when the payer's bank disputes the payment. The provider takes the disputed money from the
// operator at once, so it leaves the deposit at once, as far as it is free to spend; a dispute that is won gives it
// back, one that is lost changes nothing more. Refunds and disputes together never take more than was paid.
#pragma once

#include <cstdint>

#include "core/actions/caller.h"
#include "core/actions/payment_notices.h"
#include "core/storage/deposits.h"

namespace footfall::core {

// A step of apply_payment_notice(), which has locked `row`. Notices of a dispute may come in any order.
Result<NoticeOutcome> apply_dispute(Database& database, const Caller& caller, DepositRow& row,
                                    const PaymentNotice& notice, std::int64_t now_us);

}  // namespace footfall::core
