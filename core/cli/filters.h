// Public ids of a command line as the numbers that storage filters by. An empty id stays none.
#pragma once

#include <string>

#include "core/cli/context.h"
#include "core/storage/links.h"
#include "proto/wire/ids.h"

namespace footfall::core {

struct OwnerOptions {
  std::string account, campaign, affiliate;  // public ids or empty
};
struct Owners {
  wire::AccountId account;
  wire::CampaignId campaign;
  wire::AffiliateId affiliate;
};
Result<Owners> find_owners(Database& database, const Scope& scope, const OwnerOptions& options);

// "lnk_…", "HOST/CODE", or "CODE" where only one host has it.
Result<LinkRow> find_link_by_reference(Database& database, const Scope& scope, const std::string& reference);

}  // namespace footfall::core
