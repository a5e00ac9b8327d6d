// A dispute has a row from the first notice of it on, whichever that is: opening one that is there, or closing one
// again, changes nothing.
#include "core/actions/payment_disputes.h"

#include <algorithm>

#include "core/actions/deposits.h"
#include "core/domain/money.h"
#include "core/storage/ledger.h"
#include "core/storage/payment_disputes.h"

namespace footfall::core {
namespace {

class Dispute {
 public:
  Dispute(Database& database, const Caller& caller, DepositRow& deposit, const PaymentNotice& notice,
          std::int64_t now_us)
      : database_(database), caller_(caller), deposit_(deposit), notice_(notice), now_us_(now_us) {}

  Result<NoticeOutcome> apply() {
    auto payment = find_payment(database_, deposit_.method, notice_.payment);
    if (!payment) return Failure(payment.error());
    if (notice_.currency != deposit_.currency) return NoticeOutcome::wrong_currency;
    auto known = load_payment_dispute(database_, deposit_.method, notice_.dispute);
    if (!known) return Failure(known.error());
    if (*known) return close(**known);
    return open(payment->was_booked);
  }

 private:
  Result<NoticeOutcome> open(bool was_booked) {
    PaymentDisputeRow row;
    row.deposit = deposit_.id;
    row.method = deposit_.method;
    row.dispute_id = notice_.dispute;
    row.amount_minor = notice_.amount_minor;
    row.opened_us = now_us_;
    if (notice_.event != PaymentEvent::disputed) row.closed_us = now_us_;
    const std::int64_t wanted = std::min(notice_.amount_minor, deposit_.amount_minor - deposit_.refunded_minor);
    if (notice_.event == PaymentEvent::dispute_won) {
      row.status = "won";  // before we knew of it: nothing was taken, and nothing will be
      return stored(insert_payment_dispute(database_, row), NoticeOutcome::changes_nothing);
    }
    if (notice_.event == PaymentEvent::dispute_lost) row.status = "lost";
    if (!was_booked) return stored(insert_payment_dispute(database_, row), NoticeOutcome::not_booked);
    auto balance = deposit_balance(database_, deposit_.account, deposit_.mode, deposit_.currency);
    if (!balance) return Failure(balance.error());
    row.taken_minor = std::clamp<std::int64_t>(balance->available_minor, 0, wanted);
    if (row.taken_minor > 0) {
      auto booked = book_refund(database_, caller_, deposit_, row.taken_minor, "deposit.dispute");
      if (!booked) return Failure(booked.error());
    }
    return stored(insert_payment_dispute(database_, row),
                  row.taken_minor == wanted ? NoticeOutcome::disputed : NoticeOutcome::not_free);
  }

  Result<NoticeOutcome> close(PaymentDisputeRow row) {
    const bool is_won = notice_.event == PaymentEvent::dispute_won;
    if (notice_.event == PaymentEvent::disputed || row.status == "won") return NoticeOutcome::changes_nothing;
    if (!is_won && row.status == "lost") return NoticeOutcome::changes_nothing;
    if (!is_won) return closed(std::move(row), "lost", NoticeOutcome::changes_nothing);
    auto back = to_give_back(row);
    if (!back) return Failure(back.error());
    if (*back > 0) {
      auto booked = book_refund(database_, caller_, deposit_, -*back, "deposit.dispute_won");
      if (!booked) return Failure(booked.error());
    }
    return closed(std::move(row), "won", *back > 0 ? NoticeOutcome::booked : NoticeOutcome::changes_nothing);
  }

  // What the dispute took, less what was refunded meanwhile and found nothing left to take.
  Result<std::int64_t> to_give_back(const PaymentDisputeRow& row) {
    auto disputed = money_in_dispute(database_, deposit_.id);
    if (!disputed) return Failure(disputed.error());
    auto told = payments_told_of(database_, deposit_.id);
    if (!told) return Failure(told.error());
    const std::int64_t refunded = std::max(deposit_.refunded_minor - disputed->taken_minor, told->refunded_minor);
    const std::int64_t stays = std::min(deposit_.amount_minor, refunded + disputed->taken_minor - row.taken_minor);
    return std::clamp<std::int64_t>(deposit_.refunded_minor - stays, 0, row.taken_minor);
  }

  Result<NoticeOutcome> closed(PaymentDisputeRow row, const char* status, NoticeOutcome outcome) {
    row.status = status;
    row.closed_us = now_us_;
    return stored(store_payment_dispute(database_, row), outcome);
  }

  static Result<NoticeOutcome> stored(const Result<void>& done, NoticeOutcome outcome) {
    if (!done) return Failure(done.error());
    return outcome;
  }

  Database& database_;
  const Caller& caller_;
  DepositRow& deposit_;
  const PaymentNotice& notice_;
  const std::int64_t now_us_;
};

}  // namespace

Result<NoticeOutcome> apply_dispute(Database& database, const Caller& caller, DepositRow& row,
                                    const PaymentNotice& notice, std::int64_t now_us) {
  return Dispute(database, caller, row, notice, now_us).apply();
}

Result<DepositRow> book_rest_of_dispute(Database& database, const Caller& caller, std::string_view deposit,
                                        std::string_view dispute, std::optional<std::int64_t> part_minor) {
  if (auto allowed = caller.must_cross_accounts(); !allowed) return Failure(allowed.error());
  return database.transaction<DepositRow>([&]() -> Result<DepositRow> {
    auto row = load_deposit(database, caller.scope(), deposit, true);
    if (!row) return row;
    if (row->status != "paid") return conflict("nothing can leave a deposit that is " + row->status);
    auto known = load_payment_dispute(database, row->method, dispute);
    if (!known) return Failure(known.error());
    if (!*known || (*known)->deposit != row->id) return not_found("the deposit has no dispute " + std::string(dispute));
    PaymentDisputeRow& taking = **known;
    if (taking.status == "won") return conflict("the dispute is won and takes nothing any more");
    const std::int64_t rest =
        std::min(row->amount_minor - row->refunded_minor, taking.amount_minor - taking.taken_minor);
    const std::int64_t amount = part_minor.value_or(rest);
    if (amount <= 0 || amount > rest) {
      return invalid("the part must be above 0 and at most what the dispute can still take, " +
                     format_minor(rest, currency_exponent(row->currency).value_or(2)));
    }
    if (auto booked = book_refund(database, caller, *row, amount, "deposit.dispute"); !booked) {
      return Failure(booked.error());
    }
    taking.taken_minor += amount;
    if (auto stored = store_payment_dispute(database, taking); !stored) return Failure(stored.error());
    return row;
  });
}

}  // namespace footfall::core
