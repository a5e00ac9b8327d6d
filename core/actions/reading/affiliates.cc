#include "core/actions/reading/affiliates.h"

#include <map>

namespace footfall::core {

Result<std::vector<ListedAffiliate>> read_affiliates(Database& database, const Caller& caller, AffiliateFilter filter,
                                                     const OwnerIds& of) {
  if (caller.scope().affiliate) return std::vector<ListedAffiliate>{};
  auto selection = select_owners(database, caller, of);
  if (!selection) return Failure(selection.error());
  filter = restrict_to(*selection, std::move(filter));
  auto rows = list_affiliates(database, filter);
  if (!rows) return Failure(rows.error());
  std::vector<std::uint64_t> ids;
  for (const AffiliateRow& row : *rows) ids.push_back(row.id.value);
  std::map<std::uint64_t, EnrolmentRow> enrolments;
  if (filter.campaign) {
    auto found = enrolments_of(database, filter.campaign, ids);
    if (!found) return Failure(found.error());
    for (EnrolmentRow& row : *found) enrolments.emplace(row.affiliate.value, std::move(row));
  }
  auto figures = affiliate_figures(database, ids, filter.campaign);
  if (!figures) return Failure(figures.error());
  std::vector<ListedAffiliate> listed;
  for (AffiliateRow& row : *rows) {
    ListedAffiliate one;
    if (const auto enrolment = enrolments.find(row.id.value); enrolment != enrolments.end()) {
      one.enrolment = std::move(enrolment->second);
    }
    one.figures = std::move((*figures)[row.id.value]);
    one.affiliate = std::move(row);
    listed.push_back(std::move(one));
  }
  return listed;
}

Result<std::int64_t> count_affiliates(Database& database, const Caller& caller, AffiliateFilter filter,
                                      const OwnerIds& of) {
  if (caller.scope().affiliate) return 0;
  auto selection = select_owners(database, caller, of);
  if (!selection) return Failure(selection.error());
  return count_affiliates(database, restrict_to(*selection, std::move(filter)));
}

Result<EnrolmentPage> read_enrolments(Database& database, const Caller& caller, EnrolmentFilter filter,
                                      const OwnerIds& of) {
  if (caller.scope().affiliate) return EnrolmentPage{};
  auto selection = select_owners(database, caller, of);
  if (!selection) return Failure(selection.error());
  filter = restrict_to(*selection, std::move(filter));
  auto rows = list_enrolments(database, filter);
  if (!rows) return Failure(rows.error());
  auto total = count_enrolments(database, filter);
  if (!total) return Failure(total.error());
  return EnrolmentPage{std::move(*rows), *total};
}

Result<AffiliateDetails> read_affiliate(Database& database, const Caller& caller, std::string_view public_id) {
  auto row = load_affiliate(database, caller.scope(), public_id);
  if (!row) return Failure(row.error());
  AffiliateDetails details;
  details.affiliate = std::move(*row);
  const wire::AffiliateId id = details.affiliate.id;
  EnrolmentFilter enrolled;
  enrolled.affiliate = id;
  enrolled.with_removed = true;
  enrolled.limit = kAffiliateDetailsMax;
  auto enrolments = list_enrolments(database, enrolled);
  if (!enrolments) return Failure(enrolments.error());
  details.enrolments = std::move(*enrolments);
  LinkFilter owned;
  owned.affiliate = id;
  owned.limit = kAffiliateDetailsMax;
  auto links = list_links(database, owned);
  if (!links) return Failure(links.error());
  details.links = std::move(*links);
  auto figures = affiliate_figures(database, {id.value}, {});
  if (!figures) return Failure(figures.error());
  details.figures = std::move((*figures)[id.value]);
  return details;
}

}  // namespace footfall::core
