// Selgeo's reference names no events. Ours follow its nouns: a conversion and its commission change together, and an
// endpoint may want only one of the two, so both are told. BaClique's six names are from its reference.
#include "core/domain/webhook_events.h"

#include <algorithm>

#include "core/domain/event_types.h"

namespace footfall::core {
namespace {

constexpr std::size_t kNamesMax = 2;

struct Told {
  std::string_view event_type;
  std::string_view names[kNamesMax];  // an empty name ends them
};

constexpr Told kSelgeo[] = {
    {event::kConversionCreated, {"conversion.created", "commission.created"}},
    {event::kConversionAttributed, {"conversion.attributed", "commission.created"}},
    {event::kConversionApproved, {"conversion.approved", "commission.approved"}},
    {event::kConversionRejected, {"conversion.rejected", "commission.rejected"}},
    {event::kConversionRestored, {"conversion.restored", "commission.restored"}},
    {event::kConversionReversed, {"conversion.reversed", "commission.reversed"}},
    {event::kConversionPaid, {"commission.paid"}},
    {event::kAffiliateApplied, {"application.created"}},
    {event::kAffiliateApproved, {"application.approved", "partner.approved"}},
    {event::kAffiliateRejected, {"application.rejected"}},
    {event::kAffiliateJoined, {"partner.joined"}},
    {event::kAffiliateSuspended, {"partner.suspended"}},
    {event::kAffiliateReactivated, {"partner.reactivated"}},
    {event::kAffiliateRemoved, {"partner.removed"}},
    {event::kAffiliateUpdated, {"partner.updated"}},
    {event::kAffiliateErased, {"partner.erased"}},
    {event::kPromoCreated, {"promo_code.created"}},
    {event::kPromoUpdated, {"promo_code.updated"}},
};
constexpr std::string_view kSelgeoNames[] = {
    "conversion.created",  "conversion.attributed", "conversion.approved",  "conversion.rejected",
    "conversion.restored", "conversion.reversed",   "commission.created",   "commission.approved",
    "commission.rejected", "commission.restored",   "commission.reversed",  "commission.paid",
    "application.created", "application.approved",  "application.rejected", "partner.joined",
    "partner.approved",    "partner.suspended",     "partner.reactivated",  "partner.removed",
    "partner.updated",     "partner.erased",        "promo_code.created",   "promo_code.updated",
};

constexpr Told kBaClique[] = {
    {event::kConversionCreated, {"conversion.created"}},   {event::kConversionApproved, {"conversion.approved"}},
    {event::kConversionRejected, {"conversion.rejected"}}, {event::kAffiliateJoined, {"affiliate.joined"}},
    {event::kAffiliateApproved, {"affiliate.approved"}},   {event::kPayoutCreated, {"payout.created"}},
    {event::kConversionPaid, {"payout.created"}},  // where it was paid by itself
};
constexpr std::string_view kBaCliqueNames[] = {
    "conversion.created", "conversion.approved", "conversion.rejected",
    "affiliate.joined",   "affiliate.approved",  "payout.created",
};

std::span<const Told> told_by(wire::Dialect dialect) {
  if (dialect == wire::Dialect::selgeo) return kSelgeo;
  if (dialect == wire::Dialect::baclique) return kBaClique;
  return {};
}

}  // namespace

std::span<const std::string_view> webhook_events(wire::Dialect dialect) {
  if (dialect == wire::Dialect::selgeo) return kSelgeoNames;
  if (dialect == wire::Dialect::baclique) return kBaCliqueNames;
  return {};
}

bool has_webhooks(wire::Dialect dialect) { return !webhook_events(dialect).empty(); }

std::span<const std::string_view> webhook_events_of(wire::Dialect dialect, std::string_view event_type) {
  for (const Told& told : told_by(dialect)) {
    if (told.event_type != event_type) continue;
    const auto* const end = std::find(std::begin(told.names), std::end(told.names), std::string_view());
    return {std::begin(told.names), end};
  }
  return {};
}

}  // namespace footfall::core
