// What people see of themselves in the portal: the things of all their affiliates, live mode only. Who asks is a user,
// and gets nothing but their own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/storage/portal_reads.h"
#include "core/storage/users.h"

namespace footfall::core {

inline constexpr int kPortalMembershipsMax = 200;
inline constexpr int kPortalConversionsMax = 50;

// A list of which there may be more.
template <typename T>
struct Portion {
  std::vector<T> rows;
  bool has_more = false;
};

struct Portal {
  Portion<Membership> memberships;  // newest first
  std::vector<PortalDay> days;
  std::vector<PortalMoney> money;
  Portion<PortalConversion> conversions;  // newest first
};
// Figures from that day on (since 1970, UTC); of conversions those before the one of that public id, empty: the newest.
Result<Portal> read_portal(Database& database, const UserRow& user, std::int64_t from_day, std::string_view before);
// None: the user is not in the campaign, or was removed from it.
Result<std::optional<Membership>> read_membership(Database& database, const UserRow& user, std::string_view campaign);

inline constexpr std::int64_t kPersonalRowsMax = 1'000;  // of each list in a part
inline constexpr std::int64_t kPersonalPartsMax = 100'000;

// Everything that is kept of the person, in parts that are numbered from 1: JSON objects by list.
struct PersonalData {
  std::vector<std::pair<std::string_view, std::vector<std::string>>> lists;
  bool has_more = false;
};
Result<PersonalData> read_personal_data(Database& database, const UserRow& user, std::int64_t part);

}  // namespace footfall::core
