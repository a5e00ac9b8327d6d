// Both statements start from the enrolments: an affiliate has clicks and conversions only in campaigns that it joined,
// and the indexes of roll-ups and conversions begin with the campaign.
#include "core/storage/affiliate_figures.h"

#include "core/storage/arrays.h"
#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

constexpr std::string_view kClicks =
    "select e.affiliate_id, sum(r.net)::bigint from enrolments e join click_rollups r "
    "on r.campaign_id = e.campaign_id and r.affiliate_id = e.affiliate_id "
    "where e.affiliate_id = any($1::bigint[]) and ($2::bigint is null or e.campaign_id = $2) group by 1";

// Sale and commission of a conversion may be in two currencies, so each is a row of its own.
constexpr std::string_view kMoney =
    "select affiliate_id, currency, sum(conversions)::bigint, sum(sales)::bigint, sum(pending)::bigint, "
    "sum(approved)::bigint, sum(paid)::bigint from (select e.affiliate_id, c.status, c.currency as sale_currency, "
    "c.commission_currency, c.amount_minor, c.commission_minor - c.reversed_minor as owed from enrolments e "
    "join conversions c on c.campaign_id = e.campaign_id and c.affiliate_id = e.affiliate_id "
    "where e.affiliate_id = any($1::bigint[]) and ($2::bigint is null or e.campaign_id = $2) "
    "and c.status in ('pending', 'approved', 'paid')) c cross join lateral (values "
    "(coalesce(sale_currency, ''), 1, coalesce(amount_minor, 0), 0, 0, 0), "
    "(coalesce(commission_currency, ''), 0, 0, case when status = 'pending' then owed else 0 end, "
    "case when status = 'approved' then owed else 0 end, case when status = 'paid' then owed else 0 end)) "
    "m (currency, conversions, sales, pending, approved, paid) group by 1, 2";

}  // namespace

Result<std::map<std::uint64_t, AffiliateFigures>> affiliate_figures(Database& database,
                                                                    const std::vector<std::uint64_t>& affiliates,
                                                                    wire::CampaignId campaign) {
  std::map<std::uint64_t, AffiliateFigures> figures;
  if (affiliates.empty()) return figures;
  auto clicks = database.query(kClicks, {integer_array(affiliates), id_or_null(campaign)});
  if (!clicks) return Failure(clicks.error());
  for (int r = 0; r < clicks->size(); ++r) {
    figures[static_cast<std::uint64_t>(clicks->integer(r, 0))].clicks = clicks->integer(r, 1);
  }
  auto money = database.query(kMoney, {integer_array(affiliates), id_or_null(campaign)});
  if (!money) return Failure(money.error());
  for (int r = 0; r < money->size(); ++r) {
    AffiliateFigures& one = figures[static_cast<std::uint64_t>(money->integer(r, 0))];
    one.conversions += money->integer(r, 2);
    const AffiliateMoney sums{money->integer(r, 3), money->integer(r, 4), money->integer(r, 5), money->integer(r, 6)};
    if (!money->text(r, 1).empty()) one.money[std::string(money->text(r, 1))] = sums;
  }
  return figures;
}

}  // namespace footfall::core
