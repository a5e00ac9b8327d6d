#include "core/actions/reading/conversions.h"

namespace footfall::core {

Result<std::vector<ConversionRow>> read_conversions(Database& database, const Caller& caller, ConversionFilter filter,
                                                    const OwnerIds& of) {
  auto selection = select_owners(database, caller, of);
  if (!selection) return Failure(selection.error());
  return list_conversions(database, restrict_to(*selection, std::move(filter)));
}

Result<std::int64_t> count_conversions(Database& database, const Caller& caller, ConversionFilter filter,
                                       const OwnerIds& of) {
  auto selection = select_owners(database, caller, of);
  if (!selection) return Failure(selection.error());
  return count_conversions(database, restrict_to(*selection, std::move(filter)));
}

Result<std::optional<ConversionRow>> read_conversion(Database& database, const Caller& caller,
                                                     std::string_view public_id) {
  return load_conversion(database, caller.scope(), public_id, false);
}

Result<bool> is_conversion_of_other_mode(Database& database, const Caller& caller, std::string_view public_id) {
  auto row = load_conversion(database, scope_of_other_mode(caller), public_id, false);
  if (!row) return Failure(row.error());
  return row->has_value();
}

Result<bool> is_conversion_of_another(Database& database, const Caller& caller, std::string_view public_id) {
  auto row = load_conversion(database, Scope{}, public_id, false);
  if (!row) return Failure(row.error());
  return *row && (*row)->account != caller.account.id;
}

Result<std::optional<ConversionEvidence>> read_conversion_evidence(Database& database, const Caller& caller,
                                                                   std::string_view public_id) {
  auto row = load_conversion(database, caller.scope(), public_id, false);
  if (!row) return Failure(row.error());
  if (!*row) return std::nullopt;
  ConversionEvidence evidence;
  evidence.conversion = std::move(**row);
  const ConversionRow& conversion = evidence.conversion;
  if (const auto id = conversion.click_id ? wire::parse_uuid(*conversion.click_id) : std::nullopt) {
    auto clicks = find_stored_clicks(database, *id);
    if (!clicks) return Failure(clicks.error());
    for (StoredClick& click : *clicks) {
      if (click.account == conversion.account && click.mode == conversion.mode) evidence.click = std::move(click);
    }
  }
  auto judgement = judgement_of(database, conversion.id);
  if (!judgement) return Failure(judgement.error());
  evidence.judgement = std::move(*judgement);
  auto ledger = ledger_of(database, conversion.id);
  if (!ledger) return Failure(ledger.error());
  evidence.ledger = std::move(*ledger);
  AuditFilter about;
  about.subject = conversion.public_id;
  about.limit = 1'000;
  auto audit = list_audit(database, about);
  if (!audit) return Failure(audit.error());
  evidence.audit = std::move(*audit);
  return evidence;
}

}  // namespace footfall::core
