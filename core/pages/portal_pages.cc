// What an affiliate sees of their own: links, clicks, conversions and commissions, over all campaigns that they are in,
// whoever runs them. A link with a tag is the link itself with ?sub1=…, so it needs no place in the books.
#include <algorithm>
#include <boost/json.hpp>

#include "core/actions/reading/portal.h"
#include "core/pages/page_routes.h"
#include "core/pages/pictures.h"
#include "core/pages/words.h"
#include "core/pictures/qr_code.h"
#include "proto/base/bytes.h"
#include "proto/base/clock.h"

namespace footfall::core {
namespace {

namespace json = boost::json;
constexpr std::int64_t kDay_us = 86'400'000'000;
constexpr int kRanges[] = {7, 30, 90};
constexpr int kRangeDefault = 30;
constexpr std::size_t kTagCharactersMax = 64;

int range_of(const PageRequest& request) {
  for (const int days : kRanges) {
    if (request.asked("days") == std::to_string(days)) return days;
  }
  return kRangeDefault;
}

std::string_view standing_text(std::string_view status) {
  if (status == "active") return "Active";
  if (status == "pending") return "Waiting for approval";
  if (status == "rejected") return "Not accepted";
  return "Suspended";
}

View membership_view(const Site& site, const Membership& membership) {
  View view;
  view.texts = {{"campaign", membership.campaign_name},
                {"account", membership.account_name},
                {"standing", std::string(standing_text(membership.status))},
                {"status", membership.status},
                {"page", "/portal/link?campaign=" + membership.campaign_id}};
  const bool has_link = membership.status == "active" && membership.link_host;
  view.flags = {{"has_link", has_link}};
  if (has_link) view.texts["url"] = site.link_url(*membership.link_host, membership.code);
  return view;
}

View conversion_view(const PortalConversion& conversion) {
  View view;
  view.texts = {{"when", minute_text(conversion.created_us)},
                {"campaign", conversion.campaign_name},
                {"amount", conversion.amount_minor ? money_text(*conversion.amount_minor, conversion.currency) : "–"},
                {"commission", conversion.commission_currency.empty()
                                   ? "–"
                                   : money_text(conversion.commission_minor, conversion.commission_currency)},
                {"status", std::string(status_name(conversion.status))},
                {"status_text", std::string(status_text(conversion.status))},
                {"reason", conversion.reason}};
  const bool waits = conversion.status == ConversionStatus::pending && conversion.hold_until_us;
  if (waits) view.texts["reason"] = "until " + date_text(*conversion.hold_until_us);
  view.flags = {{"has_reason", !view.texts["reason"].empty()}};
  return view;
}

void add_figures(View& view, const Portal& portal) {
  std::int64_t clicks = 0, human = 0, conversions = 0;
  for (const PortalDay& day : portal.days) {
    clicks += day.clicks;
    human += day.human_clicks;
    conversions += day.conversions;
  }
  view.texts["clicks"] = std::to_string(human);
  view.texts["all_clicks"] = std::to_string(clicks);
  view.texts["conversions"] = std::to_string(conversions);
  for (const PortalMoney& money : portal.money) {
    View row;
    row.texts = {{"pending", money_text(money.pending_minor, money.currency)},
                 {"approved", money_text(money.approved_minor, money.currency)},
                 {"paid", money_text(money.paid_minor, money.currency)}};
    view.lists["money"].push_back(std::move(row));
  }
  view.flags["has_money"] = !portal.money.empty();
}

// What a person may put behind their link: visible ASCII, which needs no second thought in a URL.
bool is_tag(std::string_view text) {
  return text.size() <= kTagCharactersMax && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                  c == '.';
         });
}

}  // namespace

Result<PageAnswer> show_portal(PageContext& context) {
  const int days = range_of(context.request);
  const std::int64_t today = context.request.received_us / kDay_us;
  auto portal = read_portal(context.database, *context.user, today - days + 1);
  if (!portal) return Failure(portal.error());
  View view;
  view.texts = {{"title", "Your links"}, {"days", std::to_string(days)}};
  for (const int one : kRanges) {
    View range;
    range.texts = {{"days", std::to_string(one)}, {"to", "/portal?days=" + std::to_string(one)}};
    range.flags = {{"is_current", one == days}};
    view.lists["ranges"].push_back(std::move(range));
  }
  for (const Membership& one : portal->memberships) {
    view.lists["memberships"].push_back(membership_view(context.site, one));
  }
  for (const PortalConversion& one : portal->conversions) view.lists["sales"].push_back(conversion_view(one));
  view.flags = {{"has_memberships", !portal->memberships.empty()}, {"has_sales", !portal->conversions.empty()}};
  add_figures(view, *portal);
  view.texts["first_day"] = date_text((today - days + 1) * kDay_us);
  view.texts["last_day"] = date_text(today * kDay_us);
  view.texts["chart"] = chart(portal->days, today, days);
  return page(context, "portal", std::move(view));
}

Result<PageAnswer> show_link(PageContext& context) {
  auto memberships = read_memberships(context.database, *context.user);
  if (!memberships) return Failure(memberships.error());
  const std::string_view campaign = context.request.asked("campaign");
  const auto found =
      std::ranges::find_if(*memberships, [&](const Membership& one) { return one.campaign_id == campaign; });
  if (found == memberships->end()) {
    return message_page(context, 404, "You are not in this campaign", "It may have ended.", "/portal", "Your links");
  }
  View view = membership_view(context.site, *found);
  const std::string tag(context.request.asked("sub1"));
  view.texts["title"] = "Your link for " + found->campaign_name;
  view.texts["campaign_id"] = found->campaign_id;
  view.texts["tag"] = tag;
  view.flags["is_joined"] = context.request.asked("joined") == "yes";
  view.flags["is_pending"] = found->status == "pending";
  view.flags["is_ended"] = found->status != "pending" && !view.flags["has_link"];
  view.flags["has_tag"] = !tag.empty();
  view.flags["is_bad_tag"] = !is_tag(tag);
  if (view.flags["has_link"]) {
    if (!tag.empty() && is_tag(tag)) view.texts["url"] += "?sub1=" + tag;
    view.texts["qr"] = qr_svg(view.texts["url"]);
  }
  return page(context, "link", std::move(view));
}

Result<PageAnswer> download_data(PageContext& context) {
  const UserRow& user = *context.user;
  auto data = read_personal_data(context.database, user);
  if (!data) return Failure(data.error());
  json::array memberships, conversions, consents, days;
  for (const Membership& one : data->portal.memberships) {
    memberships.push_back({{"campaign", one.campaign_name},
                           {"merchant", one.account_name},
                           {"status", one.status},
                           {"code", one.code},
                           {"joined_at", iso8601_ms(one.joined_us)}});
  }
  for (const PortalConversion& one : data->portal.conversions) {
    conversions.push_back({{"created_at", iso8601_ms(one.created_us)},
                           {"campaign", one.campaign_name},
                           {"amount_minor", one.amount_minor ? json::value(*one.amount_minor) : json::value(nullptr)},
                           {"currency", one.currency},
                           {"commission_minor", one.commission_minor},
                           {"commission_currency", one.commission_currency},
                           {"status", status_name(one.status)}});
  }
  for (const PortalDay& one : data->portal.days) {
    days.push_back({{"day", date_text(one.day * kDay_us)},
                    {"clicks", one.clicks},
                    {"human_clicks", one.human_clicks},
                    {"conversions", one.conversions}});
  }
  for (const GivenConsent& one : data->consents) {
    consents.push_back({{"campaign", one.campaign_name},
                        {"version", one.version},
                        {"text", one.text},
                        {"address", one.address},
                        {"at", iso8601_ms(one.at_us)}});
  }
  PageAnswer answer;
  answer.body = json::serialize(json::object{{"email", user.email},
                                             {"name", user.name},
                                             {"created_at", iso8601_ms(user.created_us)},
                                             {"campaigns", std::move(memberships)},
                                             {"days", std::move(days)},
                                             {"conversions", std::move(conversions)},
                                             {"consents", std::move(consents)}});
  answer.content_type = "application/json; charset=utf-8";
  answer.fields = "Content-Disposition: attachment; filename=\"my-data.json\"\r\n";
  return answer;
}

}  // namespace footfall::core
