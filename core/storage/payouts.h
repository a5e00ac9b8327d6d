// The table payouts, and what is payable. Amounts are minor units of one currency; those of two are never added. All
// calls run on the caller's connection, inside its transaction if it has one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/keys.h"
#include "core/storage/conversions.h"
#include "core/storage/database.h"
#include "core/storage/scope.h"
#include "proto/wire/ids.h"

namespace footfall::core {

struct PayableRow {
  wire::AffiliateId affiliate;
  std::string affiliate_public_id, affiliate_email, affiliate_name;
  std::string currency;
  std::int64_t approved_minor = 0;  // of approved commissions
  std::int64_t conversions = 0;     // that have them
  // Paid out earlier, reversed since, and not deducted from a payout yet.
  std::int64_t owed_back_minor = 0;
};
struct PayableFilter {
  wire::AccountId account;  // none: any; so with the others
  std::optional<wire::Mode> mode = {};
  wire::AffiliateId affiliate = {};
  std::optional<std::string> currency = {};
  int limit = 50;
  std::int64_t offset = 0;
};
struct PayablePage {
  std::vector<PayableRow> rows;  // by affiliate and currency
  std::int64_t total = 0;        // on all pages
};
Result<PayablePage> list_payables(Database& database, const PayableFilter& filter);

using PayoutId = wire::Identifier<struct PayoutTag>;

struct PayoutRow {
  PayoutId id;
  std::string public_id;
  wire::AccountId account;
  wire::Mode mode = wire::Mode::live;
  wire::AffiliateId affiliate;
  std::string affiliate_public_id, affiliate_email, affiliate_name;  // read only
  std::string currency;
  std::int64_t commissions_minor = 0;
  std::int64_t deducted_minor = 0;  // of what was owed back
  std::int64_t conversions = 0;
  std::string reference;
  std::optional<std::string> idempotency_key = {};
  std::int64_t created_us = 0;
  std::int64_t amount_minor() const { return commissions_minor - deducted_minor; }
};
// Fills in id and created_us. A unique violation of payouts_idempotency: the account has the key in that mode.
Result<void> insert_payout(Database& database, PayoutRow& row);
Result<void> put_into_payout(Database& database, PayoutId payout, const std::vector<std::uint64_t>& conversions);
Result<std::optional<PayoutRow>> find_payout_by_key(Database& database, wire::AccountId account, wire::Mode mode,
                                                    std::string_view idempotency_key);
Result<PayoutRow> load_payout(Database& database, const Scope& scope, std::string_view public_id);

struct PayoutFilter {
  wire::AccountId account;  // none: any; so with the others
  std::optional<wire::Mode> mode = {};
  wire::AffiliateId affiliate = {};
  int limit = 50;
  std::int64_t offset = 0;
};
Result<std::vector<PayoutRow>> list_payouts(Database& database, const PayoutFilter& filter);  // newest first
Result<std::int64_t> count_payouts(Database& database, const PayoutFilter& filter);           // on all pages

}  // namespace footfall::core
