#include "core/actions/membership.h"

#include "core/actions/checks.h"
#include "core/storage/enrolments.h"

namespace footfall::core {

Result<AffiliateRow> load_member(Database& database, const Caller& caller, const CampaignRow& campaign,
                                 std::string_view affiliate) {
  auto row = load_affiliate(database, caller.scope(), affiliate);
  if (!row) return row;
  if (row->status == "erased") return taken("participant_erased", "the affiliate's data was erased, which is final");
  auto enrolment = find_enrolment(database, campaign.id, row->id);
  if (!enrolment) return Failure(enrolment.error());
  if (!*enrolment || (*enrolment)->status == "removed") {
    return about("affiliate", "the affiliate is not in the campaign; let it join first");
  }
  return row;
}

}  // namespace footfall::core
