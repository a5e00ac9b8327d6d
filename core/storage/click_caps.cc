#include "core/storage/click_caps.h"

#include <set>
#include <vector>

#include "core/storage/arrays.h"

namespace footfall::core {

Result<std::int64_t> apply_click_caps(Database& database, std::int64_t limit) {
  return database.transaction<std::int64_t>([&]() -> Result<std::int64_t> {
    // What is noted after this statement is left for the next round, and so are the clicks that belong to it.
    auto taken = database.query(
        "delete from click_cap_notes where id in (select id from click_cap_notes order by id limit $1) "
        "returning link_id",
        {limit});
    if (!taken) return Failure(taken.error());
    std::set<std::uint64_t> links;
    for (int row = 0; row < taken->size(); ++row) links.insert(static_cast<std::uint64_t>(taken->integer(row, 0)));
    if (links.empty()) return 0;
    // Roll-ups are found by campaign and affiliate; affiliate 0 is of times at which the link credited nobody.
    auto marked = database.query(
        "update links l set is_capped = x.is_capped from (select c.id, coalesce(c.click_cap <= (select sum(r.net) "
        "from click_rollups r where r.campaign_id = c.campaign_id and r.affiliate_id in (0, coalesce(c.affiliate_id, "
        "0)) and r.link_id = c.id), false) as is_capped from links c where c.id = any($1::bigint[]) for update of c) x "
        "where l.id = x.id and l.is_capped <> x.is_capped",
        {integer_array(std::vector<std::uint64_t>(links.begin(), links.end()))});
    if (!marked) return Failure(marked.error());
    return taken->size();
  });
}

}  // namespace footfall::core
