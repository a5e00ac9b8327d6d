// The table deposits: what merchants were asked to pay in, and what became of it. Its money lies in the ledger. All
// calls run on the caller's connection, inside its transaction if it has one; `for_update` locks the row to the end of
// that transaction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/keys.h"
#include "core/storage/database.h"
#include "core/storage/scope.h"
#include "proto/wire/ids.h"

namespace footfall::core {

using DepositId = wire::Identifier<struct DepositTag>;

struct DepositRow {
  DepositId id;
  std::string public_id;
  wire::AccountId account;
  std::string account_public_id, account_name;  // read only
  wire::Mode mode = wire::Mode::live;
  std::int64_t amount_minor = 0;
  std::string currency;
  std::string method;                      // stripe, sunrise_pay, transfer, proforma
  std::string status = "pending_payment";  // pending_payment, paid, refunded
  std::optional<std::string> return_url;
  std::int64_t created_us = 0;
  std::int64_t expires_us = 0;
  std::optional<std::int64_t> paid_us;
  std::int64_t refunded_minor = 0;
  std::optional<std::string> session;      // of the payment provider; none: paid on our own page
  std::optional<std::string> payment_url;  // of that session
};

Result<void> insert_deposit(Database& database, DepositRow& row);  // fills in id
Result<DepositRow> load_deposit(Database& database, const Scope& scope, std::string_view public_id,
                                bool for_update = false);
// Status, expires_us, paid_us and refunded_minor.
Result<void> store_deposit(Database& database, const DepositRow& row);
// Of an account, unpaid and not expired at that time.
Result<std::int64_t> count_open_deposits(Database& database, wire::AccountId account, std::int64_t now_us);

// What a payment provider said of a deposit, and what that led to.
struct PaymentNoticeRow {
  std::string method;
  std::string notice_id;  // of the provider; a repeated one is the same row
  std::string event;      // as payment_event_name() says it
  std::int64_t amount_minor = 0;
  std::string currency;  // empty: the event names no money
  std::string outcome;
  std::int64_t received_us = 0;
  std::string payment;  // the provider's id of the payment; empty: the event names none
};
// What notices of a payment say of a deposit: whether there are any, and whether one of them was booked.
struct PaymentsTold {
  bool any = false;
  bool was_booked = false;
  std::int64_t refunded_minor = 0;  // the most that a notice of a refund spoke of, in the deposit's currency
};
Result<PaymentsTold> payments_told_of(Database& database, DepositId deposit);
// The public id of the deposit that was, or should have been, paid by that payment. not_found: no notice told of it.
struct PaymentOfDeposit {
  std::string deposit;
  bool was_booked = false;
};
Result<PaymentOfDeposit> find_payment(Database& database, std::string_view method, std::string_view payment);
Result<bool> has_payment_notice(Database& database, std::string_view method, std::string_view notice_id);
Result<void> insert_payment_notice(Database& database, DepositId deposit, const PaymentNoticeRow& row);
Result<std::vector<PaymentNoticeRow>> list_payment_notices(Database& database, DepositId deposit);  // oldest first, 100

struct DepositFilter {
  wire::AccountId account;  // none: of all
  std::optional<wire::Mode> mode;
  std::optional<std::string> status;
  int limit = 50;
  std::int64_t offset = 0;
};
Result<std::vector<DepositRow>> list_deposits(Database& database, const DepositFilter& filter);  // newest first

}  // namespace footfall::core
