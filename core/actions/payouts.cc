// The affiliate's row is locked first, so that payouts of one affiliate, and repeats of a call with one key, come one
// after another: the second sees what the first has made.
#include "core/actions/payouts.h"

#include <algorithm>

#include "core/actions/change_conversion.h"
#include "core/actions/checks.h"
#include "core/actions/record_change.h"
#include "core/domain/event_types.h"
#include "core/domain/money.h"
#include "core/storage/affiliates.h"
#include "core/storage/ledger.h"
#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

constexpr std::size_t kIdempotencyKeyBytesMax = 255;

Failure nothing_payable(std::string_view currency) {
  return taken("nothing_payable", "no approved commission in " + std::string(currency) + " waits for a payout");
}

Failure key_reused() {
  return taken("idempotency_key_reused", "the idempotency key belongs to another payout of the account");
}

// The payout that an earlier call with the key has made.
Result<std::optional<PayoutRow>> made_before(Database& database, const AffiliateRow& affiliate, const NewPayout& wanted,
                                             const std::string& currency) {
  if (wanted.idempotency_key.empty()) return std::nullopt;
  auto made = find_payout_by_key(database, affiliate.account, affiliate.mode, wanted.idempotency_key);
  if (!made || !*made) return made;
  const PayoutRow& row = **made;
  const bool is_same = row.affiliate == affiliate.id && row.currency == currency && row.reference == wanted.reference;
  return is_same ? std::move(made) : key_reused();
}

// What is payable as a whole; a payout of a part of it deducts no more than it pays.
Result<std::int64_t> owed_back(Database& database, const AffiliateRow& affiliate, const std::string& currency) {
  PayableFilter filter{affiliate.account, affiliate.mode, affiliate.id, currency, 1, 0};
  auto page = list_payables(database, filter);
  if (!page) return Failure(page.error());
  return page->rows.empty() ? 0 : std::max<std::int64_t>(page->rows.front().owed_back_minor, 0);
}

Result<void> pay(Database& database, const Caller& caller, const PayoutRow& payout,
                 const std::vector<ConversionRow>& conversions) {
  std::vector<std::uint64_t> ids;
  for (const ConversionRow& row : conversions) {
    ConversionChange change;
    change.public_id = row.public_id;
    change.verb = ConversionVerb::pay;
    if (auto paid = take_step(database, caller, row, change); !paid) return Failure(paid.error());
    ids.push_back(row.id.value);
  }
  if (auto put = put_into_payout(database, payout.id, ids); !put) return put;
  if (payout.mode != wire::Mode::live || payout.deducted_minor == 0) return {};
  return write_transaction(database, {payout.account, payout.mode, payout.currency,
                                      postings_of_deduction(payout.affiliate, payout.deducted_minor), ConversionId{},
                                      "deducted from " + payout.public_id});
}

Result<PayoutRow> create_inside(Database& database, const Caller& caller, const NewPayout& wanted,
                                const std::string& currency) {
  auto affiliate = load_affiliate(database, caller.scope(), wanted.affiliate, true);  // one payout at a time
  if (!affiliate) return Failure(affiliate.error());
  auto made = made_before(database, *affiliate, wanted, currency);
  if (!made) return Failure(made.error());
  if (*made) return std::move(**made);
  auto conversions = lock_payable(database, affiliate->id, currency, kPayoutConversionsMax);
  if (!conversions) return Failure(conversions.error());
  if (conversions->empty()) return nothing_payable(currency);
  auto owed = owed_back(database, *affiliate, currency);
  if (!owed) return Failure(owed.error());
  PayoutRow row;
  row.public_id = wire::new_public_id("po_");
  row.account = affiliate->account;
  row.mode = affiliate->mode;
  row.affiliate = affiliate->id;
  row.affiliate_public_id = affiliate->public_id;
  row.affiliate_email = affiliate->email;
  row.affiliate_name = affiliate->name;
  row.currency = currency;
  for (const ConversionRow& one : *conversions) row.commissions_minor += one.commission_minor - one.reversed_minor;
  row.deducted_minor = std::min(*owed, row.commissions_minor);
  row.conversions = static_cast<std::int64_t>(conversions->size());
  row.reference = wanted.reference;
  if (!wanted.idempotency_key.empty()) row.idempotency_key = wanted.idempotency_key;
  if (auto inserted = insert_payout(database, row); !inserted) {
    return violates(inserted.error(), "payouts_idempotency") ? key_reused() : Failure(inserted.error());
  }
  if (auto paid = pay(database, caller, row, *conversions); !paid) return Failure(paid.error());
  ChangeDetails details;
  details.add("affiliate", row.affiliate_public_id)
      .add("currency", row.currency)
      .add("amount_minor", row.amount_minor())
      .add("deducted_minor", row.deducted_minor)
      .add("conversions", row.conversions)
      .add("reference", row.reference);
  auto recorded = record_change(
      database, caller,
      {row.account, row.mode, "payout.create", row.public_id, details, event::kPayoutCreated, ChangeDetails()});
  if (!recorded) return Failure(recorded.error());
  return row;
}

}  // namespace

bool is_idempotency_key(std::string_view key) {
  return !key.empty() && key.size() <= kIdempotencyKeyBytesMax &&
         std::ranges::all_of(key, [](char c) { return c > ' ' && c <= '~'; });
}

Result<PayoutRow> create_payout(Database& database, const Caller& caller, const NewPayout& payout) {
  auto currency = parse_currency(payout.currency);
  if (!currency) return Failure(currency.error());
  if (!payout.reference.empty()) {
    if (auto good = check_name("the reference", payout.reference); !good) return about("reference", good.error());
  }
  if (!payout.idempotency_key.empty() && !is_idempotency_key(payout.idempotency_key)) {
    return invalid("an idempotency key has 1 to 255 visible ASCII characters");
  }
  if (caller.scope().affiliate) return not_found("payouts are made by the merchant");
  return database.transaction<PayoutRow>([&] { return create_inside(database, caller, payout, *currency); });
}

}  // namespace footfall::core
