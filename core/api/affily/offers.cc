#include "core/actions/reading/campaigns.h"
#include "core/api/affily/handlers.h"
#include "core/api/affily/responses.h"
#include "core/api/paging.h"
#include "core/domain/money.h"
#include "proto/base/clock.h"

namespace footfall::core::affily {
namespace {

namespace json = boost::json;
constexpr std::int64_t kPageDefault = 100;
constexpr std::int64_t kPageMax = 500;
constexpr std::int64_t kDay_s = 86'400;
constexpr std::string_view kStatuses[] = {"active", "paused", "draft", "archived"};

json::value whole_days(const std::optional<std::int64_t>& seconds) {
  return seconds ? json::value((*seconds + kDay_s - 1) / kDay_s) : json::value(nullptr);
}

// {"type": "percentage", "value": 10} or {"type": "fixed", "value": 25.00}
ExactObject rate_item(TermsKind kind, const Rate& rate, int exponent) {
  const bool is_fixed = kind == TermsKind::fixed;
  ExactObject item;
  item.add("type", std::string_view(is_fixed ? "fixed" : "percentage"))
      .add_decimal("value", is_fixed ? format_minor(rate.amount_minor, exponent) : format_percent(rate.percent));
  return item;
}

std::vector<ExactObject> tier_items(const Terms& terms, int exponent) {
  std::vector<ExactObject> items;
  for (const Tier& tier : terms.tiers) {
    ExactObject item = rate_item(terms.kind, tier.rate, exponent);
    item.add("from_conversion", tier.from + 1);
    items.push_back(std::move(item));
  }
  return items;
}

ExactObject offer_item(const Campaign& offer) {
  const CampaignRow& row = offer.row;
  const int exponent = campaign_exponent(row);
  ExactObject item;
  item.add("id", row.public_id)
      .add("name", row.name)
      .add("status", row.status)
      .add("currency", row.currency.value_or(row.account_currency));
  if (!offer.terms.empty()) {  // the terms of every goal come first
    item.add_object("commission", rate_item(offer.terms.front().kind, offer.terms.front().rate, exponent))
        .add_list("tiers", tier_items(offer.terms.front(), exponent));
  }
  item.add("cookie_window_days", whole_days(row.attribution_window_s))
      .add("hold_days", whole_days(row.hold_s))
      .add("auto_approve", json::value(row.auto_approve))
      .add("target_url", row.target_url)
      .add("created_at", iso8601_ms(row.created_us));
  return item;
}

}  // namespace

ApiResponse list_offers(AdmittedRequest& admitted, WorkerContext& context) {
  const ApiRequest& request = admitted.request;
  const Caller& caller = admitted.caller();
  FieldReader read(admitted.input, FieldStyle::terse);
  const CursorPage page = read_cursor_page(read, kPageDefault, kPageMax);
  CampaignFilter filter;
  filter.limit = page.rows_to_read();
  filter.status = read.choice("status", kStatuses);
  if (page.cursor && read.problems().empty()) {
    auto last = campaign_number(context.database, caller, *page.cursor);
    if (!last) return failure_response(kAffily, last.error(), request);
    if (*last) filter.below = **last;
    if (!*last) read.add_problem("cursor", "No such offer");
  }
  if (!read.problems().empty()) return invalid_query(read);
  auto offers = read_campaigns(context.database, caller, filter);
  if (!offers) return failure_response(kAffily, offers.error(), request);
  const bool has_more = cut_to_page(*offers, page);
  std::vector<ExactObject> items;
  for (const Campaign& offer : *offers) items.push_back(offer_item(offer));
  return page_response(items, has_more ? std::string_view(offers->back().row.public_id) : std::string_view());
}

}  // namespace footfall::core::affily
