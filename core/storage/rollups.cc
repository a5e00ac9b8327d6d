#include "core/storage/rollups.h"

#include <vector>

#include "core/storage/arrays.h"

namespace footfall::core {

void Rollups::add(const RollupKey& key, const RollupCounts& counts) {
  auto& sums = groups_[key];
  sums.gross += counts.gross;
  sums.net += counts.net;
  sums.uniques += counts.uniques;
}

Result<void> Rollups::write(Database& database, std::int64_t stream_id) const {
  if (groups_.empty()) return {};
  std::vector<std::int64_t> quarters, gross, net, uniques;
  std::vector<std::uint64_t> campaigns, affiliates, links, accounts;
  std::vector<int> modes;
  for (const auto& [key, counts] : groups_) {
    quarters.push_back(key.quarter);
    campaigns.push_back(key.campaign.value);
    affiliates.push_back(key.affiliate.value);
    links.push_back(key.link.value);
    accounts.push_back(key.account.value);
    modes.push_back(static_cast<int>(key.mode));
    gross.push_back(counts.gross);
    net.push_back(counts.net);
    uniques.push_back(counts.uniques);
  }
  // A campaign belongs to one account and mode; where an edge says otherwise the first row of its triple stands. Rows
  // are written in the order of their keys, so that ingest and a re-judging cannot lock each other.
  auto rows = database.query(
      "with x as materialized (select * from unnest($2::int[], $3::bigint[], $4::smallint[], $5::bigint[], "
      "$6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[]) as x (q, a, m, c, f, l, g, n, u)), "
      "by_link as (insert into click_rollups as r (stream_id, day, account_id, mode, campaign_id, affiliate_id, "
      "link_id, gross, net, uniques) select $1, date '1970-01-01' + q / 96, min(a), min(m), c, f, l, sum(g), sum(n), "
      "sum(u) from x group by 2, c, f, l order by 2, c, f, l "
      "on conflict (stream_id, day, campaign_id, affiliate_id, link_id) do update set "
      "gross = r.gross + excluded.gross, net = r.net + excluded.net, uniques = r.uniques + excluded.uniques), "
      "capped as (insert into click_cap_notes (link_id) select id from links where click_cap is not null and id in "
      "(select l from x group by l having sum(n) <> 0)) "
      "insert into campaign_rollups as r (stream_id, quarter, account_id, mode, campaign_id, gross, net, uniques) "
      "select $1, q, min(a), min(m), c, sum(g), sum(n), sum(u) from x group by q, c order by q, c "
      "on conflict (stream_id, quarter, campaign_id) do update set "
      "gross = r.gross + excluded.gross, net = r.net + excluded.net, uniques = r.uniques + excluded.uniques",
      {stream_id, integer_array(quarters), integer_array(accounts), integer_array(modes), integer_array(campaigns),
       integer_array(affiliates), integer_array(links), integer_array(gross), integer_array(net),
       integer_array(uniques)});
  if (!rows) return Failure(rows.error());
  return {};
}

}  // namespace footfall::core
