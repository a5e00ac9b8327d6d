#include "core/actions/correct_conversion.h"

#include "core/actions/account_policy.h"
#include "core/actions/change_conversion.h"
#include "core/actions/resolve_conversion.h"
#include "core/domain/attribution.h"
#include "core/storage/accounts.h"

namespace footfall::core {
namespace {

// The campaign and the affiliate stay: they say whose commission it was, and the ledger's entries name them.
Result<void> store_credit(Database& database, ConversionRow row, bool is_human) {
  row.attributed = is_human;
  row.method = is_human ? method_name(AttributionMethod::click) : method_name(AttributionMethod::none);
  row.reason = is_human ? reason_name(AttributionReason::click_in_window) : kClickNotHuman;
  row.explanation = rejudged_explanation(is_human);
  return store_attribution(database, row);
}

Result<void> change_status(Database& database, const Caller& caller, const ConversionRow& row, ConversionVerb verb) {
  ConversionChange change;
  change.public_id = row.public_id;
  change.verb = verb;
  if (verb == ConversionVerb::reject) {
    change.rejection_reason = std::string(kClickNotHuman);
    change.rejection_note = rejudged_explanation(false);
  }
  if (verb == ConversionVerb::restore) {
    // A conviction ended the hold; that the click is acquitted is no person's decision about it.
    auto held = waits_for_person(database, row);
    if (!held) return Failure(held.error());
    change.holds = *held;
  }
  // Credit and hold are stored before the step's event, which tells of both.
  if (auto stored = store_credit(database, row, verb == ConversionVerb::restore); !stored) return stored;
  auto stepped = take_step(database, caller, row, change);
  if (!stepped) return Failure(stepped.error());
  return {};
}

Result<void> credit(Database& database, const Caller& caller, const ConversionRow& row) {
  auto account = load_account(database, row.account);
  if (!account) return Failure(account.error());
  auto resolved = resolve_conversion(database, caller, row, account_policy(*account));
  if (!resolved) return Failure(resolved.error());
  return {};
}

Result<void> carry_out(Database& database, const Caller& caller, const ConversionRow& row, Correction correction) {
  switch (correction) {
    case Correction::reject:
      return change_status(database, caller, row, ConversionVerb::reject);
    case Correction::restore:
      return change_status(database, caller, row, ConversionVerb::restore);
    case Correction::attribute:
      return credit(database, caller, row);
    case Correction::hold:
      return hold_conversion(database, caller, row);
    case Correction::none:
    case Correction::by_hand:
    case Correction::paid:
      return {};
  }
  return {};
}

}  // namespace

JudgedConversion judged(const ConversionRow& row) {
  JudgedConversion conversion;
  conversion.status = row.status;
  conversion.attributed = row.attributed;
  conversion.by_click = row.attributed ? row.method == method_name(AttributionMethod::click)
                                       : row.reason == reason_name(AttributionReason::click_not_human);
  conversion.code_given = row.promo_code.has_value() || row.affiliate_code.has_value();
  conversion.rejected_for_click = row.rejection_reason == kClickNotHuman;
  conversion.has_commission = row.commission_currency.has_value();
  conversion.waits_for_a_person = row.is_held();
  return conversion;
}

Result<Correction> correct_conversion(Database& database, const Caller& caller, ConversionId id, bool is_human) {
  auto corrected = database.transaction<Correction>([&]() -> Result<Correction> {
    auto row = load_conversion(database, id, true);
    if (!row) return Failure(row.error());
    if (!*row) return Correction::none;
    const Correction correction = correction_of(judged(**row), is_human);
    if (auto done = carry_out(database, caller, **row, correction); !done) return Failure(done.error());
    return correction;
  });
  // A budget or a deposit that no longer covers what would be restored.
  if (!corrected && corrected.error().kind == ErrorKind::conflict && corrected.error().source == ErrorSource::us) {
    return Correction::by_hand;
  }
  return corrected;
}

}  // namespace footfall::core
