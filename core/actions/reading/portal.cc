// One row more than is shown tells whether there are more.
#include "core/actions/reading/portal.h"

#include "core/storage/personal_data.h"

namespace footfall::core {
namespace {

template <typename T>
Portion<T> portion(std::vector<T> rows, int rows_max) {
  const auto shown = static_cast<std::size_t>(rows_max);
  const bool has_more = rows.size() > shown;
  if (has_more) rows.resize(shown);
  return {std::move(rows), has_more};
}

}  // namespace

Result<Portal> read_portal(Database& database, const UserRow& user, std::int64_t from_day, std::string_view before) {
  Portal portal;
  auto memberships = memberships_of(database, user.id, kPortalMembershipsMax + 1);
  if (!memberships) return Failure(memberships.error());
  portal.memberships = portion(std::move(*memberships), kPortalMembershipsMax);
  auto days = portal_days_of(database, user.id, from_day);
  if (!days) return Failure(days.error());
  portal.days = std::move(*days);
  auto money = portal_money_of(database, user.id, from_day);
  if (!money) return Failure(money.error());
  portal.money = std::move(*money);
  auto conversions = portal_conversions_of(database, user.id, before, kPortalConversionsMax + 1);
  if (!conversions) return Failure(conversions.error());
  portal.conversions = portion(std::move(*conversions), kPortalConversionsMax);
  return portal;
}

Result<std::optional<Membership>> read_membership(Database& database, const UserRow& user, std::string_view campaign) {
  return membership_in(database, user.id, campaign);
}

Result<PersonalData> read_personal_data(Database& database, const UserRow& user, std::int64_t part) {
  FOOTFALL_CHECK(part >= 1 && part <= kPersonalPartsMax);
  PersonalData data;
  for (const PersonalList& list : personal_lists()) {
    auto rows = read_personal_list(database, list, user.id, kPersonalRowsMax + 1, (part - 1) * kPersonalRowsMax);
    if (!rows) return Failure(rows.error());
    auto shown = portion(std::move(*rows), kPersonalRowsMax);
    data.has_more = data.has_more || shown.has_more;
    data.lists.emplace_back(list.name, std::move(shown.rows));
  }
  return data;
}

}  // namespace footfall::core
