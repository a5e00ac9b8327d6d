// Public ids of a question as the numbers that storage filters by, within what the caller may see. Another account's
// ids are not found, exactly like those that do not exist (SEL-40).
#pragma once

#include <optional>
#include <string>

#include "core/actions/caller.h"
#include "core/storage/database.h"
#include "proto/wire/ids.h"

namespace footfall::core {

struct OwnerIds {
  std::string account, campaign, affiliate;  // public ids; empty: any
};

// What a list is restricted to; a part that is none does not restrict.
struct Selection {
  wire::AccountId account;
  std::optional<wire::Mode> mode;
  wire::CampaignId campaign;
  wire::AffiliateId affiliate;
};
// The caller's own account, mode and affiliate, and of these what the ids name.
Result<Selection> select_owners(Database& database, const Caller& caller, const OwnerIds& ids = {});

// The caller's own account, and affiliate if it is one, in the mode in which it does not act.
Scope scope_of_other_mode(const Caller& caller);

// Puts the selection into a storage filter; the members that the filter has are overwritten.
template <typename Filter>
Filter restrict_to(const Selection& selection, Filter filter) {
  if constexpr (requires { filter.account; }) {
    if (selection.account) filter.account = selection.account;
  }
  if constexpr (requires { filter.mode; }) {
    if (selection.mode) filter.mode = selection.mode;
  }
  if constexpr (requires { filter.campaign; }) {
    if (selection.campaign) filter.campaign = selection.campaign;
  }
  if constexpr (requires { filter.affiliate; }) {
    if (selection.affiliate) filter.affiliate = selection.affiliate;
  }
  return filter;
}

}  // namespace footfall::core
