// Deposits: asked for by the merchant or an operator, confirmed by whoever sees the money, refunded by an operator. The
// ledger moves in the transaction of the change.
//
//   pending_payment ──confirm──▶ paid ──refund──▶ paid with a smaller remainder, refunded
//
// A payment may be confirmed late: the money has come, so it counts, whatever the deposit's expiry says.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/actions/caller.h"
#include "core/storage/deposits.h"

namespace footfall::core {

inline constexpr std::string_view kDepositMethods[] = {"stripe", "sunrise_pay", "transfer", "proforma"};
inline constexpr std::int64_t kDepositsOpenMax = 100;               // of an account, unpaid and not expired
inline constexpr std::int64_t kCheckoutLife_s = 86'400;             // of stripe and sunrise_pay
inline constexpr std::int64_t kTransferLife_s = 14 * 86'400;        // of transfer and proforma
inline constexpr std::int64_t kDepositMinorMax = 1'000'000'000'00;  // a thousand million: beyond is a slip

// What an operator has configured for deposits.
struct DepositSettings {
  bool sandbox = false;                   // pages of stripe and sunrise_pay pay without money: for development
  std::vector<std::string> return_hosts;  // where a return URL may lead, beside the targets of the account's campaigns
  std::string transfer_details;           // for people who transfer money: payee, account number
  std::string issuer;                     // of proforma invoices: name and address, in lines
};

struct NewDeposit {
  std::string account;  // public id
  wire::Mode mode = wire::Mode::live;
  std::string amount;                   // decimal in major units
  std::optional<std::string> currency;  // none: the account's, which it must be (AY-19)
  std::string method;                   // one of kDepositMethods
  std::optional<std::string> return_url;
};
// A deposit with its id that is not stored yet: a payment provider may make a page for it first.
// Errors whose code is a field's name ("amount", "currency", "method", "return_url"): what is wrong with that field.
// The return URL's host is one of the targets of the account's campaigns, or one of `return_hosts`; else anybody could
// be sent anywhere by a link of ours. conflict "too_many_deposits": kDepositsOpenMax are open.
Result<DepositRow> prepare_deposit(Database& database, const Caller& caller, const NewDeposit& deposit,
                                   std::span<const std::string> return_hosts, std::int64_t now_us);
// Stores a prepared one.
Result<DepositRow> store_prepared(Database& database, const Caller& caller, DepositRow row);

// An operator's, or the program's own where it sees the payment: the money has come and is free to spend. One that is
// paid already stays as it is. conflict: refunded.
// `received_minor`: what came, if that is known; another sum than was asked for is a conflict.
Result<DepositRow> confirm_deposit(Database& database, const Caller& caller, std::string_view public_id,
                                   std::optional<std::int64_t> received_minor, std::int64_t now_us);

// Pays back `part`, a decimal, or without one all that is left of the deposit. conflict: it is not paid, or so much is
// not free to spend (code "insufficient_deposit").
Result<DepositRow> refund_deposit(Database& database, const Caller& caller, std::string_view public_id,
                                  const std::optional<std::string>& part);

// Steps of the actions above, of payment_notices.h and of payment_disputes.h, inside a transaction that holds the
// deposit's row.
Result<void> book_payment(Database& database, const Caller& caller, DepositRow& row, std::int64_t now_us);
// `action` names it in the audit. What went back before and is here again is a negative amount.
Result<void> book_refund(Database& database, const Caller& caller, DepositRow& row, std::int64_t amount_minor,
                         std::string_view action = "deposit.refund");

}  // namespace footfall::core
