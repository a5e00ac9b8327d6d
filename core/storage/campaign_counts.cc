#include "core/storage/campaign_counts.h"

#include "core/storage/arrays.h"
#include "core/storage/json_recordset.h"
#include "core/storage/row_reader.h"

namespace footfall::core {

Result<void> lock_campaigns(Database& database, const std::set<wire::CampaignId>& campaigns) {
  std::vector<std::uint64_t> ids;
  for (const wire::CampaignId campaign : campaigns) ids.push_back(campaign.value);
  auto locked = database.query("select 1 from campaigns where id = any($1::bigint[]) order by id for no key update",
                               {integer_array(ids)});
  if (!locked) return Failure(locked.error());
  return {};
}

Result<std::vector<CampaignCounts>> campaign_counts(Database& database, std::span<const CountsQuery> queries) {
  std::vector<CampaignCounts> all(queries.size());
  if (queries.empty()) return all;
  JsonRecordset wanted;
  for (std::size_t n = 0; n < queries.size(); ++n) {
    wanted.row();
    wanted.integer("n", static_cast<std::int64_t>(n));
    wanted.id_or_null("campaign_id", queries[n].campaign);
    wanted.id_or_null("affiliate_id", queries[n].affiliate);
    if (!queries[n].currency.empty()) wanted.text("currency", queries[n].currency);
  }
  auto rows = database.query(
      "select q.n, coalesce((select sum(conversions) from affiliate_conversions k where k.campaign_id = q.campaign_id "
      "and k.affiliate_id = q.affiliate_id), 0)::bigint, coalesce((select sum(minor) from campaign_commitments k where "
      "k.campaign_id = q.campaign_id and k.currency = q.currency), 0)::bigint from json_to_recordset($1) as q (n int, "
      "campaign_id bigint, affiliate_id bigint, currency text)",
      {wanted.array()});
  if (!rows) return Failure(rows.error());
  for (int r = 0; r < rows->size(); ++r) {
    RowReader in(*rows, r);
    CampaignCounts& counts = all[static_cast<std::size_t>(in.integer())];
    counts.conversions = in.integer();
    counts.committed_minor = in.integer();
  }
  return all;
}

}  // namespace footfall::core
