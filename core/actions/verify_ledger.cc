#include "core/actions/verify_ledger.h"

#include "core/storage/ledger.h"
#include "core/storage/ledger_checks.h"

namespace footfall::core {
namespace {

constexpr int kConversionsAtOnce = 5'000;

Result<void> check_balances(Database& database, LedgerReport& report) {
  auto balances = book_balances(database);
  if (!balances) return Failure(balances.error());
  report.balances = static_cast<std::int64_t>(balances->size());
  int found = 0;
  for (const BookBalance& balance : *balances) {
    if (balance_allowed(balance.book, balance.balance_minor) || found++ == kLedgerFaultsMax) continue;
    report.faults.push_back("account number " + std::to_string(balance.account.value) + ", " +
                            std::string(mode_name(balance.mode)) + ": the balance of " + balance.book + " is " +
                            std::to_string(balance.balance_minor) + " " + balance.currency + " (minor units)");
  }
  return {};
}

Result<void> check_conversions(Database& database, LedgerReport& report) {
  ConversionId after;
  int found = 0;
  while (true) {
    auto page = conversions_with_entries(database, after, kConversionsAtOnce);
    if (!page) return Failure(page.error());
    if (page->empty()) return {};
    for (const ConversionEntries& entries : *page) {
      auto differs = disagreement(entries.claim, entries.sums);
      if (!differs && entries.foreign) differs = "it has entries of another customer, mode or currency";
      if (differs && found++ < kLedgerFaultsMax) {
        report.faults.push_back("conversion " + entries.public_id + ", " +
                                std::string(status_name(entries.claim.status)) + ": " + *differs);
      }
    }
    report.conversions += static_cast<std::int64_t>(page->size());
    after = page->back().id;
  }
}

}  // namespace

Result<LedgerReport> verify_ledger(Database& database) {
  LedgerReport report;
  for (auto* const check : {unbalanced_transactions, entries_without_owner, wrong_deposits, wrong_disputes,
                            wrong_deposit_balances, wrong_commitments, wrong_conversion_counts}) {
    auto faults = check(database, kLedgerFaultsMax);
    if (!faults) return Failure(faults.error());
    report.faults.insert(report.faults.end(), faults->begin(), faults->end());
  }
  if (auto checked = check_balances(database, report); !checked) return Failure(checked.error());
  if (auto checked = check_conversions(database, report); !checked) return Failure(checked.error());
  return report;
}

}  // namespace footfall::core
