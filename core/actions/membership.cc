#include "core/actions/membership.h"

namespace footfall::core {

Result<AffiliateRow> load_member(Database& database, const CampaignRow& campaign, std::string_view affiliate) {
  auto row = load_affiliate(database, affiliate);
  if (!row) return row;
  auto enrolment = find_enrolment(database, campaign.id, row->id);
  if (!enrolment) return Failure(enrolment.error());
  if (!*enrolment || (*enrolment)->status == "removed") {
    return invalid("the affiliate is not in the campaign; let it join first");
  }
  return row;
}

}  // namespace footfall::core
