// What people see of themselves in the portal: the things of all their affiliates, live mode only. Who asks is a user,
// and gets nothing but their own.
#pragma once

#include <cstdint>
#include <vector>

#include "core/storage/portal_reads.h"
#include "core/storage/users.h"

namespace footfall::core {

inline constexpr int kPortalConversionsMax = 50;
inline constexpr int kPersonalConversionsMax = 10'000;

struct Portal {
  std::vector<Membership> memberships;
  std::vector<PortalDay> days;
  std::vector<PortalMoney> money;
  std::vector<PortalConversion> conversions;  // newest first
};
// From that day on (since 1970, UTC); memberships are all of them.
Result<Portal> read_portal(Database& database, const UserRow& user, std::int64_t from_day,
                           int conversions_max = kPortalConversionsMax);
Result<std::vector<Membership>> read_memberships(Database& database, const UserRow& user);

struct PersonalData {
  Portal portal;  // of all time
  std::vector<GivenConsent> consents;
};
Result<PersonalData> read_personal_data(Database& database, const UserRow& user);

}  // namespace footfall::core
