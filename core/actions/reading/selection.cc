#include "core/actions/reading/selection.h"

#include "core/storage/accounts.h"
#include "core/storage/affiliates.h"
#include "core/storage/campaigns.h"

namespace footfall::core {

Result<Selection> select_owners(Database& database, const Caller& caller, const OwnerIds& ids) {
  const Scope scope = caller.scope();
  Selection selection{
      scope.account.value_or(wire::AccountId{}), scope.mode, {}, scope.affiliate.value_or(wire::AffiliateId{})};
  if (!ids.account.empty()) {
    auto account = load_account(database, scope, ids.account);
    if (!account) return Failure(account.error());
    selection.account = account->id;
  }
  if (!ids.campaign.empty()) {
    auto campaign = load_campaign(database, scope, ids.campaign);
    if (!campaign) return Failure(campaign.error());
    selection.campaign = campaign->id;
  }
  if (!ids.affiliate.empty()) {
    auto affiliate = load_affiliate(database, scope, ids.affiliate);
    if (!affiliate) return Failure(affiliate.error());
    selection.affiliate = affiliate->id;
  }
  return selection;
}

Scope scope_of_other_mode(const Caller& caller) {
  Scope scope = caller.scope();
  scope.mode = caller.acting_mode() == wire::Mode::live ? wire::Mode::test : wire::Mode::live;
  return scope;
}

}  // namespace footfall::core
