#include "core/domain/event_types.h"

namespace footfall::core::event {

std::string_view of_step(ConversionVerb verb) {
  switch (verb) {
    case ConversionVerb::approve:
      return kConversionApproved;
    case ConversionVerb::reject:
      return kConversionRejected;
    case ConversionVerb::restore:
      return kConversionRestored;
    case ConversionVerb::reverse:
      return kConversionReversed;
    case ConversionVerb::pay:
      return kConversionPaid;
  }
  return "";
}

std::string_view postback_event(std::string_view event_type) {
  if (event_type == kConversionAttributed) return "created";  // the affiliate hears of it for the first time
  constexpr std::string_view kConversion = "conversion.";
  if (!event_type.starts_with(kConversion)) return "";
  for (const std::string_view name : postback_events()) {
    if (event_type.substr(kConversion.size()) == name) return name;
  }
  return "";
}

std::span<const std::string_view> postback_events() {
  static constexpr std::string_view kNames[] = {"created", "approved", "rejected", "restored", "reversed", "paid"};
  return kNames;
}

std::string_view of_enrolment(std::string_view from, std::string_view to) {
  if (to == "pending") return kAffiliateApplied;
  if (to == "rejected") return kAffiliateRejected;
  if (to == "suspended") return kAffiliateSuspended;
  if (to == "removed") return kAffiliateRemoved;
  if (from == "pending" || from == "rejected") return kAffiliateApproved;
  return from == "suspended" ? kAffiliateReactivated : kAffiliateJoined;
}

}  // namespace footfall::core::event
