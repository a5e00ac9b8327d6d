#include "core/cli/filters.h"

#include "core/storage/accounts.h"
#include "core/storage/affiliates.h"
#include "core/storage/campaigns.h"

namespace footfall::core {

Result<Owners> find_owners(Database& database, const Scope& scope, const OwnerOptions& options) {
  Owners owners;
  if (!options.account.empty()) {
    auto account = load_account(database, scope, options.account);
    if (!account) return Failure(account.error());
    owners.account = account->id;
  }
  if (!options.campaign.empty()) {
    auto campaign = load_campaign(database, scope, options.campaign);
    if (!campaign) return Failure(campaign.error());
    owners.campaign = campaign->id;
  }
  if (!options.affiliate.empty()) {
    auto affiliate = load_affiliate(database, scope, options.affiliate);
    if (!affiliate) return Failure(affiliate.error());
    owners.affiliate = affiliate->id;
  }
  return owners;
}

Result<LinkRow> find_link_by_reference(Database& database, const Scope& scope, const std::string& reference) {
  if (reference.starts_with("lnk_")) return load_link(database, scope, reference);
  const auto slash = reference.find('/');
  const std::string host = slash == std::string::npos ? "" : reference.substr(0, slash);
  const std::string code = slash == std::string::npos ? reference : reference.substr(slash + 1);
  auto links = find_links_by_code(database, code);
  if (!links) return Failure(links.error());
  if (!host.empty()) std::erase_if(*links, [&](const LinkRow& link) { return link.host != host; });
  if (links->empty()) return not_found("there is no link \"" + reference + "\"; see link list");
  if (links->size() > 1) return invalid("several hosts have the code \"" + code + "\"; name it as HOST/CODE");
  return links->front();
}

}  // namespace footfall::core
