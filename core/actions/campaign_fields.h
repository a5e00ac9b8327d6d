// How the fields of a campaign are read and checked, apart from the transactions in campaigns.cc.
#pragma once

#include <vector>

#include "core/actions/campaigns.h"
#include "core/domain/policy.h"

namespace footfall::core {

// Which of a campaign's commissions is meant, for about() (checks.h): "commission" or "goal_commission".
std::string_view commission_of(std::string_view goal);

// Everything but commissions, code and slug.
Result<void> apply_fields(CampaignRow& row, const CampaignFields& fields, const Policy& policy, int account_exponent);
// The terms that come into force anew, by what is in force now.
Result<std::vector<Terms>> new_terms(const std::vector<Terms>& in_force, const std::vector<CommissionFields>& changes,
                                     int exponent);
// AffSpace: CPA pays fixed amounts, CPS and RevShare percentages.
Result<void> check_model(const Policy& policy, const CampaignRow& row, const std::vector<Terms>& terms);

}  // namespace footfall::core
