#include "core/actions/reading/portal.h"

namespace footfall::core {

Result<std::vector<Membership>> read_memberships(Database& database, const UserRow& user) {
  return memberships_of(database, user.id);
}

Result<Portal> read_portal(Database& database, const UserRow& user, std::int64_t from_day, int conversions_max) {
  Portal portal;
  auto memberships = memberships_of(database, user.id);
  if (!memberships) return Failure(memberships.error());
  portal.memberships = std::move(*memberships);
  auto days = portal_days_of(database, user.id, from_day);
  if (!days) return Failure(days.error());
  portal.days = std::move(*days);
  auto money = portal_money_of(database, user.id, from_day);
  if (!money) return Failure(money.error());
  portal.money = std::move(*money);
  auto conversions = portal_conversions_of(database, user.id, from_day, conversions_max);
  if (!conversions) return Failure(conversions.error());
  portal.conversions = std::move(*conversions);
  return portal;
}

Result<PersonalData> read_personal_data(Database& database, const UserRow& user) {
  PersonalData data;
  auto portal = read_portal(database, user, 0, kPersonalConversionsMax);
  if (!portal) return Failure(portal.error());
  data.portal = std::move(*portal);
  auto consents = consents_of(database, user.id);
  if (!consents) return Failure(consents.error());
  data.consents = std::move(*consents);
  return data;
}

}  // namespace footfall::core
