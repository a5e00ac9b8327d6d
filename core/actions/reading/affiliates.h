// Affiliates with what they have brought: clicks, conversions and money, per currency. A list takes four statements,
// however long it is. They belong to the merchant: an affiliate's caller finds none but itself.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/actions/caller.h"
#include "core/actions/reading/selection.h"
#include "core/storage/affiliate_figures.h"
#include "core/storage/affiliates.h"
#include "core/storage/enrolments.h"
#include "core/storage/links.h"

namespace footfall::core {

struct ListedAffiliate {
  AffiliateRow affiliate;
  std::optional<EnrolmentRow> enrolment;  // in the campaign that the list was asked for
  AffiliateFigures figures;               // in that campaign, or in all
};
// Newest first. `of` names a campaign or an account; account and mode are the caller's.
Result<std::vector<ListedAffiliate>> read_affiliates(Database& database, const Caller& caller, AffiliateFilter filter,
                                                     const OwnerIds& of = {});

// How many a list without limit and offset would have.
Result<std::int64_t> count_affiliates(Database& database, const Caller& caller, AffiliateFilter filter,
                                      const OwnerIds& of = {});

struct EnrolmentPage {
  std::vector<EnrolmentRow> rows;  // newest first
  std::int64_t total = 0;          // on all pages
};
// Account, mode, campaign and affiliate of the filter are the caller's, or what `of` names.
Result<EnrolmentPage> read_enrolments(Database& database, const Caller& caller, EnrolmentFilter filter,
                                      const OwnerIds& of = {});

struct AffiliateDetails {
  AffiliateRow affiliate;
  std::vector<EnrolmentRow> enrolments;  // newest first, removed ones too, at most kAffiliateDetailsMax
  std::vector<LinkRow> links;            // newest first, at most kAffiliateDetailsMax
  AffiliateFigures figures;
};
inline constexpr int kAffiliateDetailsMax = 1'000;
Result<AffiliateDetails> read_affiliate(Database& database, const Caller& caller, std::string_view public_id);

}  // namespace footfall::core
