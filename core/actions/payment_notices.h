// What becomes of a deposit when its payment provider tells that it was paid, could not be paid, was paid back or is
// disputed. Each notice is kept once with what it led to, in the transaction of the change, so that a repeated one
// changes nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/actions/caller.h"
#include "core/domain/payment.h"
#include "core/storage/database.h"

namespace footfall::core {

enum class NoticeOutcome : std::uint8_t {
  booked,           // the ledger has moved, or the deposit's time has ended
  repeated,         // the notice came before
  changes_nothing,  // a deposit that ended already, a refund that an operator has booked, one of money that was not
  // Kept for an operator to look at; but for the last three, no money moved in the books.
  wrong_amount,
  wrong_currency,
  another_session,  // not the one that was made for the deposit
  paid_already,     // the money came twice: by this session and by another way
  disputed,         // taken from the deposit until the dispute is won; the operator has to answer it in time
  not_free,         // taken back by the provider, though a part is reserved or spent: only the rest was booked
  not_booked,       // taken back, and only the operator, who booked by hand, knows whether it is in the books
};
std::string_view notice_outcome_name(NoticeOutcome outcome);
bool needs_an_operator(NoticeOutcome outcome);

struct NoticeApplied {
  NoticeOutcome outcome = NoticeOutcome::repeated;
  std::string deposit;  // public id
};
// Only for the program itself. `method` names the provider. Money that comes late counts. Errors: not_found: no such
// deposit with that method, or no such payment; conflict: a refund before its payment, or one for which money was taken
// away a moment ago: to be told again later.
Result<NoticeApplied> apply_payment_notice(Database& database, const Caller& caller, std::string_view method,
                                           const PaymentNotice& notice, std::int64_t now_us);

}  // namespace footfall::core
