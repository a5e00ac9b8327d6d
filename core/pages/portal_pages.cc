// What an affiliate sees of their own: links, clicks, conversions and commissions, over all campaigns that they are in,
// whoever runs them. A link with a tag is the link itself with ?sub1=…, so it needs no place in the books.
#include <algorithm>
#include <charconv>
#include <sstream>

#include "core/actions/reading/portal.h"
#include "core/domain/referral_link.h"
#include "core/pages/page_routes.h"
#include "core/pages/portal_figures.h"
#include "core/pages/words.h"
#include "core/pictures/qr_code.h"
#include "proto/base/clock.h"
#include "proto/base/json_text.h"

namespace footfall::core {
namespace {

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
                {"code", membership.code},
                {"page", "/portal/link?campaign=" + membership.campaign_id}};
  const bool has_link = membership.status == "active" && membership.link_host;
  view.flags = {{"has_link", has_link}};
  if (has_link) view.texts["url"] = site.link_url(*membership.link_host, membership.code);
  return view;
}

// What else brings an affiliate their commission: the merchant's page with their code, where its snippet reports clicks
// (Selgeo), and their promo codes.
void add_other_ways(View& view, const Membership& membership) {
  const bool has_snippet = membership.dialect == wire::Dialect::selgeo;
  view.texts["page_url"] = has_snippet ? referral_link(membership.target, membership.code) : "";
  view.flags["has_page_url"] = !view.texts["page_url"].empty();
  std::istringstream codes(membership.promo_codes);
  for (std::string code; codes >> code;) {
    View promo;
    promo.texts = {{"code", code}};
    view.lists["promo_codes"].push_back(std::move(promo));
  }
  view.flags["has_promo_codes"] = !view.lists["promo_codes"].empty();
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
  const std::string_view before = context.request.asked("before");
  auto portal = read_portal(context.database, *context.user, today - days + 1, before);
  if (!portal) return Failure(portal.error());
  const std::string path = "/portal?days=" + std::to_string(days);
  const auto& conversions = portal->conversions.rows;
  View view;
  view.texts = {{"title", "Your links"}, {"days", std::to_string(days)}, {"newest", path + "#conversions"}};
  for (const int one : kRanges) {
    View range;
    range.texts = {{"days", std::to_string(one)}, {"to", "/portal?days=" + std::to_string(one)}};
    range.flags = {{"is_current", one == days}};
    view.lists["ranges"].push_back(std::move(range));
  }
  for (const Membership& one : portal->memberships.rows) {
    view.lists["memberships"].push_back(membership_view(context.site, one));
  }
  for (const PortalConversion& one : conversions) view.lists["sales"].push_back(conversion_view(one));
  if (!conversions.empty()) view.texts["older"] = path + "&before=" + conversions.back().public_id + "#conversions";
  view.flags = {{"has_memberships", !portal->memberships.rows.empty()},
                {"has_more_memberships", portal->memberships.has_more},
                {"has_sales", !conversions.empty()},
                {"has_newer", !before.empty()},
                {"has_older", portal->conversions.has_more}};
  add_figures(view, *portal, today, days);
  return page(context, "portal", std::move(view));
}

Result<PageAnswer> show_link(PageContext& context) {
  auto membership = read_membership(context.database, *context.user, context.request.asked("campaign"));
  if (!membership) return Failure(membership.error());
  const std::optional<Membership>& found = *membership;
  if (!found) {
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
    add_other_ways(view, *found);
  }
  return page(context, "link", std::move(view));
}

// The lists are JSON already.
Result<PageAnswer> download_data(PageContext& context) {
  const UserRow& user = *context.user;
  const std::string_view asked = context.request.asked("part");
  std::int64_t part = 1;
  if (!asked.empty()) {
    const auto [end, error] = std::from_chars(asked.data(), asked.data() + asked.size(), part);
    if (error != std::errc{} || end != asked.data() + asked.size() || part < 1 || part > kPersonalPartsMax) {
      return message_page(context, 404, "There is no such part", "Parts are numbered from 1.", "/portal/profile",
                          "Profile");
    }
  }
  auto data = read_personal_data(context.database, user, part);
  if (!data) return Failure(data.error());
  const std::string next = context.site.page_url("/portal/data.json?part=" + std::to_string(part + 1));
  JsonText json;
  json.text("email", user.email).text("name", user.name).text("created_at", iso8601_ms(user.created_us));
  json.integer("part", part).text_unless_empty("next", data->has_more ? next : "");
  for (const auto& [name, rows] : data->lists) {
    std::string list = "[";
    for (const std::string& row : rows) list.append(list.size() == 1 ? "" : ",").append(row);
    json.raw(name, list + "]");
  }
  PageAnswer answer;
  answer.body = json.object();
  answer.content_type = "application/json; charset=utf-8";
  const std::string file = part == 1 ? "my-data.json" : "my-data-" + std::to_string(part) + ".json";
  answer.fields = "Content-Disposition: attachment; filename=\"" + file + "\"\r\n";
  return answer;
}

}  // namespace footfall::core
