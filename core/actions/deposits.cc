// Each action is one transaction: it locks the deposit's row, decides, moves money in the ledger and records the
// change. Whoever confirms the same deposit twice, or at the same moment, finds it paid.
#include "core/actions/deposits.h"

#include <algorithm>
#include <cstdlib>

#include "core/actions/checks.h"
#include "core/actions/record_change.h"
#include "core/domain/money.h"
#include "core/domain/target_url.h"
#include "core/storage/accounts.h"
#include "core/storage/campaigns.h"
#include "core/storage/ledger.h"

namespace footfall::core {
namespace {

constexpr int kCampaignsLookedAt = 1'000;

Failure wrong_field(std::string field, std::string message) {
  return Failure(Error{ErrorKind::invalid, ErrorSource::client, false, std::move(message), std::move(field)});
}

int exponent_of(const DepositRow& row) { return currency_exponent(row.currency).value_or(2); }

Result<void> read_amount(DepositRow& row, std::string_view text) {
  auto minor = parse_minor(text, exponent_of(row));
  if (!minor) return wrong_field("amount", minor.error().message);
  if (*minor <= 0 || *minor > kDepositMinorMax) {
    return wrong_field("amount", "must be above 0 and at most " + format_minor(kDepositMinorMax, exponent_of(row)));
  }
  row.amount_minor = *minor;
  return {};
}

Result<void> check_return_url(Database& database, DepositRow& row, const std::string& text,
                              std::span<const std::string> hosts) {
  auto url = parse_target_url(text);
  if (!url) return wrong_field("return_url", url.error().message);
  row.return_url = url->text;
  if (std::ranges::find(hosts, url->host) != hosts.end()) return {};
  CampaignFilter own;
  own.account = row.account;
  own.limit = kCampaignsLookedAt;
  auto campaigns = list_campaigns(database, own);
  if (!campaigns) return Failure(campaigns.error());
  const bool is_own = std::ranges::any_of(*campaigns, [&url](const CampaignRow& campaign) {
    auto target = parse_target_url(campaign.target_url);
    return target && target->host == url->host;
  });
  if (is_own) return {};
  return wrong_field("return_url", "must lead to a host to which one of the offers leads");
}

Result<void> post(Database& database, const DepositRow& row, std::vector<Posting> postings, const char* what) {
  const std::string memo = "deposit " + row.public_id + " " + what;
  return write_transaction(database, {row.account, row.mode, row.currency, std::move(postings), {}, memo, row.id});
}

Result<void> check_room(Database& database, const DepositRow& row) {
  auto open = count_open_deposits(database, row.account, row.created_us);
  if (!open) return Failure(open.error());
  if (*open < kDepositsOpenMax) return {};
  return taken("too_many_deposits", std::to_string(kDepositsOpenMax) + " deposits wait for their payment already");
}

ChangeDetails details_of(const DepositRow& row, std::int64_t amount_minor) {
  ChangeDetails details;
  details.add("amount_minor", amount_minor).add("currency", row.currency).add("method", row.method);
  return details;
}

}  // namespace

Result<DepositRow> prepare_deposit(Database& database, const Caller& caller, const NewDeposit& deposit,
                                   std::span<const std::string> return_hosts, std::int64_t now_us) {
  if (!caller.scope().contains_mode(deposit.mode)) return other_mode_not_found(deposit.mode);
  auto account = load_account(database, caller.scope(), deposit.account);
  if (!account) return Failure(account.error());
  DepositRow row;
  row.public_id = wire::new_public_id("dep_");
  row.account = account->id;
  row.account_public_id = account->public_id;
  row.account_name = account->name;
  row.mode = deposit.mode;
  row.currency = account->currency;
  row.created_us = now_us;
  if (std::ranges::find(kDepositMethods, deposit.method) == std::end(kDepositMethods)) {
    return wrong_field("method", "must be one of stripe, sunrise_pay, transfer, proforma");
  }
  row.method = deposit.method;
  const bool is_checkout = row.method == "stripe" || row.method == "sunrise_pay";
  row.expires_us = now_us + (is_checkout ? kCheckoutLife_s : kTransferLife_s) * 1'000'000;
  if (deposit.currency && *deposit.currency != row.currency) {
    return wrong_field("currency", "must be " + row.currency + ", the account's currency");
  }
  if (auto read = read_amount(row, deposit.amount); !read) return Failure(read.error());
  if (deposit.return_url) {
    auto checked = check_return_url(database, row, *deposit.return_url, return_hosts);
    if (!checked) return Failure(checked.error());
  }
  if (auto room = check_room(database, row); !room) return Failure(room.error());
  return row;
}

Result<DepositRow> store_prepared(Database& database, const Caller& caller, DepositRow row) {
  if (!caller.scope().contains_mode(row.mode)) return other_mode_not_found(row.mode);
  return database.transaction<DepositRow>([&]() -> Result<DepositRow> {
    // The lock makes whoever creates a deposit of the account wait, so that the count below stays true.
    auto account = load_account(database, caller.scope(), row.account_public_id, true);
    if (!account) return Failure(account.error());
    if (auto room = check_room(database, row); !room) return Failure(room.error());
    if (auto stored = insert_deposit(database, row); !stored) return Failure(stored.error());
    auto recorded = record_change(
        database, caller, {row.account, row.mode, "deposit.create", row.public_id, details_of(row, row.amount_minor)});
    if (!recorded) return Failure(recorded.error());
    return row;
  });
}

Result<void> book_payment(Database& database, const Caller& caller, DepositRow& row, std::int64_t now_us) {
  row.status = "paid";
  row.paid_us = now_us;
  if (auto stored = store_deposit(database, row); !stored) return stored;
  if (auto posted = post(database, row, postings_of_deposit(row.amount_minor), "received"); !posted) return posted;
  return record_change(database, caller,
                       {row.account, row.mode, "deposit.confirm", row.public_id, details_of(row, row.amount_minor)});
}

Result<void> book_refund(Database& database, const Caller& caller, DepositRow& row, std::int64_t amount_minor,
                         std::string_view action) {
  row.refunded_minor += amount_minor;
  row.status = row.refunded_minor == row.amount_minor ? "refunded" : "paid";
  if (auto stored = store_deposit(database, row); !stored) return stored;
  auto posted = post(database, row, postings_of_refund(amount_minor), amount_minor > 0 ? "refunded" : "given back");
  if (!posted && is_overdrawn(posted.error())) {
    return taken("insufficient_deposit", "so much of the deposit is not free to spend any more");
  }
  if (!posted) return posted;
  return record_change(
      database, caller,
      {row.account, row.mode, std::string(action), row.public_id, details_of(row, std::abs(amount_minor))});
}

Result<DepositRow> confirm_deposit(Database& database, const Caller& caller, std::string_view public_id,
                                   std::optional<std::int64_t> received_minor, std::int64_t now_us) {
  if (auto allowed = caller.must_cross_accounts(); !allowed) return Failure(allowed.error());
  return database.transaction<DepositRow>([&]() -> Result<DepositRow> {
    auto row = load_deposit(database, caller.scope(), public_id, true);
    if (!row) return row;
    if (received_minor && *received_minor != row->amount_minor) {
      return conflict("the deposit is of " + format_minor(row->amount_minor, exponent_of(*row)) + " " + row->currency +
                      "; make a new one for another sum");
    }
    if (row->status == "paid") return row;
    if (row->status == "refunded") return conflict("the deposit has been refunded");
    if (auto booked = book_payment(database, caller, *row, now_us); !booked) return Failure(booked.error());
    return row;
  });
}

Result<DepositRow> refund_deposit(Database& database, const Caller& caller, std::string_view public_id,
                                  const std::optional<std::string>& part) {
  if (auto allowed = caller.must_cross_accounts(); !allowed) return Failure(allowed.error());
  return database.transaction<DepositRow>([&]() -> Result<DepositRow> {
    auto row = load_deposit(database, caller.scope(), public_id, true);
    if (!row) return row;
    if (row->status != "paid") return conflict("a deposit that is " + row->status + " cannot be refunded");
    const std::int64_t left = row->amount_minor - row->refunded_minor;
    std::int64_t amount = left;
    if (part) {
      auto minor = parse_minor(*part, exponent_of(*row));
      if (!minor) return Failure(minor.error());
      amount = *minor;
    }
    if (amount <= 0 || amount > left) {
      return invalid("the part must be above 0 and at most what is left of the deposit, " +
                     format_minor(left, exponent_of(*row)));
    }
    if (auto booked = book_refund(database, caller, *row, amount); !booked) return Failure(booked.error());
    return row;
  });
}

}  // namespace footfall::core
