#include "core/storage/visitor_salts.h"

#include <algorithm>

#include "core/storage/arrays.h"

namespace footfall::core {
namespace {

constexpr std::string_view kDay = "(date '1970-01-01' + $1::int)";

Result<std::vector<wire::VisitorSalt>> read_salts(Database& database) {
  return read_all<wire::VisitorSalt>(
      database.query("select day - date '1970-01-01', salt from visitor_salts order by day limit $1",
                     {static_cast<std::int64_t>(wire::kSaltsMax)}),
      read_visitor_salt);
}

// Each day is looked for by itself: a clock that stood ahead has left salts of later days, with a gap before them.
bool are_rotated(const std::vector<wire::VisitorSalt>& salts, std::int64_t today) {
  if (salts.empty() || salts.front().day < today - wire::kSaltDaysBefore) return false;
  for (std::int64_t day = today; day <= today + wire::kSaltDaysAhead; ++day) {
    if (std::ranges::find(salts, day, &wire::VisitorSalt::day) == salts.end()) return false;
  }
  return true;
}

}  // namespace

wire::VisitorSalt read_visitor_salt(RowReader& in) {
  wire::VisitorSalt salt;
  salt.day = in.integer();
  const std::string bytes = in.bytes();
  std::copy_n(bytes.begin(), std::min(bytes.size(), salt.salt.size()), salt.salt.begin());
  return salt;
}

// Mostly there is nothing to do, and then nothing is written.
Result<std::vector<wire::VisitorSalt>> rotate_visitor_salts(Database& database, std::int64_t today) {
  auto salts = read_salts(database);
  if (!salts || are_rotated(*salts, today)) return salts;
  auto deleted =
      database.query("delete from visitor_salts where day < " + std::string(kDay), {today - wire::kSaltDaysBefore});
  if (!deleted) return Failure(deleted.error());
  for (std::int64_t day = today; day <= today + wire::kSaltDaysAhead; ++day) {
    Key128 salt;
    random_bytes(salt.data(), salt.size());
    auto made = database.query(
        "insert into visitor_salts (day, salt) values (" + std::string(kDay) + ", $2) on conflict do nothing",
        {day, bytea({reinterpret_cast<const char*>(salt.data()), salt.size()})});
    if (!made) return Failure(made.error());
  }
  return read_salts(database);
}

}  // namespace footfall::core
