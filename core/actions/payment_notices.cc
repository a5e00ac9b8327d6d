// A notice is decided under the lock of its deposit's row: what it means follows from the deposit and from the notices
// that came before. The change and the notice with its outcome are written in one transaction.
#include "core/actions/payment_notices.h"

#include <algorithm>

#include "core/actions/deposits.h"
#include "core/actions/payment_disputes.h"
#include "core/storage/ledger.h"
#include "core/storage/payment_disputes.h"

namespace footfall::core {
namespace {

class Decision {
 public:
  Decision(Database& database, const Caller& caller, DepositRow& row, const PaymentNotice& notice, std::int64_t now_us)
      : database_(database), caller_(caller), row_(row), notice_(notice), now_us_(now_us) {}

  Result<NoticeOutcome> make() {
    if (is_of_dispute(notice_.event)) return apply_dispute(database_, caller_, row_, notice_, now_us_);
    if (notice_.event == PaymentEvent::refunded) return refund();
    if (notice_.session != row_.session) return NoticeOutcome::another_session;
    return notice_.event == PaymentEvent::paid ? pay() : end();
  }

 private:
  Result<NoticeOutcome> pay() {
    if (notice_.currency != row_.currency) return NoticeOutcome::wrong_currency;
    if (notice_.amount_minor != row_.amount_minor) return NoticeOutcome::wrong_amount;
    if (row_.status != "pending_payment") return NoticeOutcome::paid_already;
    return booked(book_payment(database_, caller_, row_, now_us_));
  }

  // The page can be paid no more, so the deposit has expired; an operator may still confirm what came another way.
  Result<NoticeOutcome> end() {
    if (row_.status != "pending_payment" || row_.expires_us <= now_us_) return NoticeOutcome::changes_nothing;
    row_.expires_us = now_us_;
    return booked(store_deposit(database_, row_));
  }

  // Only the payment that was booked is taken back: one that was not (a wrong sum, money that came another way before)
  // never was in the ledger. The notice says how much was sent back in all; what an operator booked before is part of
  // it, and what a dispute took is not, but neither can take more than is left. What is not free to spend any more
  // stays in the books, for an operator to see to.
  Result<NoticeOutcome> refund() {
    auto payments = payments_told_of(database_, row_.id);
    if (!payments) return Failure(payments.error());
    if (!payments->was_booked) {
      if (payments->any || row_.status != "pending_payment") return NoticeOutcome::changes_nothing;
      return conflict("the deposit has not been paid yet");
    }
    if (notice_.currency != row_.currency) return NoticeOutcome::wrong_currency;
    if (notice_.amount_minor > row_.amount_minor) return NoticeOutcome::wrong_amount;
    auto disputed = taken_by_disputes(database_, row_.id);
    if (!disputed) return Failure(disputed.error());
    const std::int64_t more =
        std::min(notice_.amount_minor - (row_.refunded_minor - *disputed), row_.amount_minor - row_.refunded_minor);
    if (more <= 0) return NoticeOutcome::changes_nothing;
    auto balance = deposit_balance(database_, row_.account, row_.mode, row_.currency);
    if (!balance) return Failure(balance.error());
    const std::int64_t free = std::clamp<std::int64_t>(balance->available_minor, 0, more);
    if (free > 0) {
      if (auto done = book_refund(database_, caller_, row_, free); !done) return Failure(done.error());
    }
    return free == more ? NoticeOutcome::booked : NoticeOutcome::not_free;
  }

  static Result<NoticeOutcome> booked(const Result<void>& done) {
    if (!done) return Failure(done.error());
    return NoticeOutcome::booked;
  }

  Database& database_;
  const Caller& caller_;
  DepositRow& row_;
  const PaymentNotice& notice_;
  const std::int64_t now_us_;
};

Result<std::string> deposit_of(Database& database, std::string_view method, const PaymentNotice& notice) {
  if (!is_of_dispute(notice.event)) return notice.deposit;
  auto payment = find_payment(database, method, notice.payment);
  if (!payment) return Failure(payment.error());
  return payment->deposit;
}

}  // namespace

std::string_view notice_outcome_name(NoticeOutcome outcome) {
  constexpr std::string_view kNames[] = {"booked",       "repeated",       "changes_nothing",
                                         "wrong_amount", "wrong_currency", "another_session",
                                         "paid_already", "disputed",       "not_free"};
  return kNames[static_cast<std::size_t>(outcome)];
}

bool needs_an_operator(NoticeOutcome outcome) { return outcome >= NoticeOutcome::wrong_amount; }

Result<NoticeOutcome> apply_payment_notice(Database& database, const Caller& caller, std::string_view method,
                                           const PaymentNotice& notice, std::int64_t now_us) {
  if (auto allowed = caller.must_cross_accounts(); !allowed) return Failure(allowed.error());
  return database.transaction<NoticeOutcome>([&]() -> Result<NoticeOutcome> {
    auto deposit = deposit_of(database, method, notice);
    if (!deposit) return Failure(deposit.error());
    auto row = load_deposit(database, caller.scope(), *deposit, true);
    if (!row) return Failure(row.error());
    if (row->method != method || !row->session)
      return not_found("no deposit " + *deposit + " by " + std::string(method));
    // Whoever tells of the same deposit waits for the row above, so a notice that is there was decided.
    auto known = has_payment_notice(database, method, notice.id);
    if (!known) return Failure(known.error());
    if (*known) return NoticeOutcome::repeated;
    auto outcome = Decision(database, caller, *row, notice, now_us).make();
    if (!outcome) return outcome;
    auto kept =
        insert_payment_notice(database, row->id,
                              {std::string(method), notice.id, payment_event_name(notice.event), notice.amount_minor,
                               notice.currency, std::string(notice_outcome_name(*outcome)), now_us, notice.payment});
    if (!kept) return Failure(kept.error());
    return outcome;
  });
}

}  // namespace footfall::core
