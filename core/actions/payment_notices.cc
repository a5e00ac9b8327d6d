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

  // Only the payment that was booked is taken back. The notice says how much was sent back in all; what an operator
  // booked before is part of it, and what a dispute took is not, but neither can take more than is left. What is not
  // free to spend any more stays in the books, for an operator to see to.
  Result<NoticeOutcome> refund() {
    auto payments = payments_told_of(database_, row_.id);
    if (!payments) return Failure(payments.error());
    if (!payments->was_booked && row_.status == "pending_payment") {
      if (!payments->any) return conflict("the deposit has not been paid yet");
      return NoticeOutcome::changes_nothing;
    }
    if (!payments->was_booked) {
      auto twice = was_paid_twice();
      if (!twice) return Failure(twice.error());
      if (*twice) return NoticeOutcome::changes_nothing;
    }
    if (notice_.currency != row_.currency) return NoticeOutcome::wrong_currency;
    auto disputed = money_in_dispute(database_, row_.id);
    if (!disputed) return Failure(disputed.error());
    const std::int64_t refunded = row_.refunded_minor - disputed->taken_minor;
    // Whether this payment is the money that an operator confirmed, the books do not know.
    if (!payments->was_booked) {
      return notice_.amount_minor <= refunded ? NoticeOutcome::changes_nothing : NoticeOutcome::not_booked;
    }
    if (notice_.amount_minor > row_.amount_minor) return NoticeOutcome::wrong_amount;
    const std::int64_t left = row_.amount_minor - row_.refunded_minor;
    const std::int64_t more = std::clamp<std::int64_t>(notice_.amount_minor - refunded, 0, left);
    // What an operator booked by hand may be what a dispute could not take, and then it is no part of this refund.
    const bool is_unclear = disputed->missing_minor > 0 && refunded > payments->refunded_minor &&
                            more < std::min(left, notice_.amount_minor);
    const NoticeOutcome done = is_unclear ? NoticeOutcome::not_booked : NoticeOutcome::booked;
    if (more == 0) return is_unclear ? done : NoticeOutcome::changes_nothing;
    auto balance = deposit_balance(database_, row_.account, row_.mode, row_.currency);
    if (!balance) return Failure(balance.error());
    const std::int64_t free = std::clamp<std::int64_t>(balance->available_minor, 0, more);
    if (free > 0) {
      if (auto moved = book_refund(database_, caller_, row_, free); !moved) return Failure(moved.error());
    }
    return free == more ? done : NoticeOutcome::not_free;
  }

  // The operator was told of money that came when the deposit was paid already, and sends it back.
  Result<bool> was_paid_twice() {
    auto told = list_payment_notices(database_, row_.id);
    if (!told) return Failure(told.error());
    const auto twice = notice_outcome_name(NoticeOutcome::paid_already);
    return std::ranges::any_of(*told, [twice](const PaymentNoticeRow& notice) { return notice.outcome == twice; });
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
  constexpr std::string_view kNames[] = {"booked",         "repeated",        "changes_nothing", "wrong_amount",
                                         "wrong_currency", "another_session", "paid_already",    "disputed",
                                         "not_free",       "not_booked"};
  return kNames[static_cast<std::size_t>(outcome)];
}

bool needs_an_operator(NoticeOutcome outcome) { return outcome >= NoticeOutcome::wrong_amount; }

Result<NoticeApplied> apply_payment_notice(Database& database, const Caller& caller, std::string_view method,
                                           const PaymentNotice& notice, std::int64_t now_us) {
  if (auto allowed = caller.must_cross_accounts(); !allowed) return Failure(allowed.error());
  return database.transaction<NoticeApplied>([&]() -> Result<NoticeApplied> {
    auto deposit = deposit_of(database, method, notice);
    if (!deposit) return Failure(deposit.error());
    auto row = load_deposit(database, caller.scope(), *deposit, true);
    if (!row) return Failure(row.error());
    if (row->method != method || !row->session)
      return not_found("no deposit " + *deposit + " by " + std::string(method));
    // Whoever tells of the same deposit waits for the row above, so a notice that is there was decided.
    auto known = has_payment_notice(database, method, notice.id);
    if (!known) return Failure(known.error());
    if (*known) return NoticeApplied{NoticeOutcome::repeated, *deposit};
    auto outcome = Decision(database, caller, *row, notice, now_us).make();
    if (!outcome) return Failure(outcome.error());
    auto kept =
        insert_payment_notice(database, row->id,
                              {std::string(method), notice.id, payment_event_name(notice.event), notice.amount_minor,
                               notice.currency, std::string(notice_outcome_name(*outcome)), now_us, notice.payment});
    if (!kept) return Failure(kept.error());
    return NoticeApplied{*outcome, *deposit};
  });
}

}  // namespace footfall::core
