// The types of the events that leave (storage/events_out.h). A dialect's webhooks translate them into its own names.
#pragma once

#include <span>
#include <string_view>

#include "core/domain/conversion_life.h"

namespace footfall::core::event {

inline constexpr std::string_view kCampaignCreated = "campaign.created";
inline constexpr std::string_view kCampaignUpdated = "campaign.updated";
inline constexpr std::string_view kLinkCreated = "link.created";
inline constexpr std::string_view kLinkUpdated = "link.updated";
inline constexpr std::string_view kPromoCreated = "promo.created";
inline constexpr std::string_view kPromoUpdated = "promo.updated";

inline constexpr std::string_view kAffiliateApplied = "affiliate.applied";  // waits for approval
inline constexpr std::string_view kAffiliateJoined = "affiliate.joined";    // is in the campaign
inline constexpr std::string_view kAffiliateApproved = "affiliate.approved";
inline constexpr std::string_view kAffiliateRejected = "affiliate.rejected";
inline constexpr std::string_view kAffiliateSuspended = "affiliate.suspended";
inline constexpr std::string_view kAffiliateReactivated = "affiliate.reactivated";
inline constexpr std::string_view kAffiliateRemoved = "affiliate.removed";
inline constexpr std::string_view kAffiliateUpdated = "affiliate.updated";
inline constexpr std::string_view kAffiliateErased = "affiliate.erased";  // by themselves or by the merchant

inline constexpr std::string_view kConversionCreated = "conversion.created";
inline constexpr std::string_view kConversionApproved = "conversion.approved";
inline constexpr std::string_view kConversionRejected = "conversion.rejected";
inline constexpr std::string_view kConversionRestored = "conversion.restored";  // pending again
inline constexpr std::string_view kConversionReversed = "conversion.reversed";  // in part or whole
inline constexpr std::string_view kConversionPaid = "conversion.paid";
inline constexpr std::string_view kPayoutCreated = "payout.created";  // beside kConversionPaid of each in it
inline constexpr std::string_view kConversionAttributed = "conversion.attributed";  // by a click that came late

std::string_view of_step(ConversionVerb verb);
// The names by which postbacks to affiliates tell what became of a conversion; "" for what they do not tell of.
std::string_view postback_event(std::string_view event_type);
std::span<const std::string_view> postback_events();
// Of a membership of a campaign: "active" after "pending" is an approval.
std::string_view of_enrolment(std::string_view from, std::string_view to);

}  // namespace footfall::core::event
