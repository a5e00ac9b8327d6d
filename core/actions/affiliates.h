// Changes of an affiliate and of its enrolments in campaigns. The links of a suspended or removed affiliate go on
// redirecting and credit nobody (BA-14); what was earned before stays.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/actions/caller.h"
#include "core/storage/affiliates.h"
#include "core/storage/campaigns.h"
#include "core/storage/enrolments.h"

namespace footfall::core {

// In the whole account: active or suspended. Erasure is final.
Result<AffiliateRow> set_affiliate_status(Database& database, const Caller& caller, std::string_view affiliate,
                                          std::string_view status);
// Final (SEL-43, SELX-14): names and addresses are blanked, the links go on redirecting and credit nobody, what was
// earned stays in the books. One that was erased already stays as it is. A person who has a log-in keeps it for what
// they do elsewhere.
Result<AffiliateRow> erase_affiliate(Database& database, const Caller& caller, std::string_view affiliate);
// In one campaign: pending, active, rejected, suspended or removed, from whatever it is.
Result<EnrolmentRow> set_enrolment_status(Database& database, const Caller& caller, std::string_view campaign,
                                          std::string_view affiliate, std::string_view status);
// A merchant's steps: from active to suspended, and back. To where it is already changes nothing. conflict "not_active"
// or "not_suspended": from anywhere else. not_found: not in the campaign, or removed from it.
Result<EnrolmentRow> suspend_enrolment(Database& database, const Caller& caller, std::string_view campaign,
                                       std::string_view affiliate);
Result<EnrolmentRow> reactivate_enrolment(Database& database, const Caller& caller, std::string_view campaign,
                                          std::string_view affiliate);

// Voids the open invitation of whom the merchant has turned down: with `status` removed or rejected, else nothing. It
// would undo the decision.
Result<void> take_back_invitation(Database& database, const CampaignRow& campaign, const AffiliateRow& affiliate,
                                  std::string_view status);

// The same inside of the caller's transaction, of an enrolment that is locked and has another status. An affiliate with
// an account for the pages is told by mail how an application ended. Removing and rejecting void an invitation that the
// merchant made before.
Result<void> change_standing(Database& database, const Caller& caller, const CampaignRow& campaign,
                             const AffiliateRow& affiliate, const EnrolmentRow& enrolment, std::string_view status);

struct AffiliateFields {
  std::optional<std::string> email;
  std::optional<std::string> name;
};
Result<AffiliateRow> update_affiliate(Database& database, const Caller& caller, std::string_view affiliate,
                                      const AffiliateFields& fields);

}  // namespace footfall::core
