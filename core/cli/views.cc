// One function per kind of row, in the order of the tables. Keys never change: scripts read them. An id or a text that
// is absent is null, amounts are decimals in their own currency, times are ISO 8601 in UTC.
#include "core/cli/views.h"

#include <arpa/inet.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "core/domain/allowed_hosts.h"
#include "core/domain/link_targets.h"
#include "core/domain/money.h"
#include "core/domain/rejudgement.h"
#include "proto/base/bytes.h"
#include "proto/base/clock.h"
#include "proto/wire/click.h"

namespace footfall::core {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

std::string text(std::string_view view) { return std::string(view); }

array text_list(const std::vector<std::string>& texts) { return array(texts.begin(), texts.end()); }

array terms_view(const std::vector<Terms>& all, int exponent) {
  array list;
  for (const auto& terms : all) {
    array tiers;
    for (const auto& tier : terms.tiers) {
      tiers.push_back(object{{"from", tier.from}, {"rate", format_rate(terms.kind, tier.rate, exponent)}});
    }
    list.push_back(object{{"goal", text_or_null(terms.goal)},
                          {"kind", terms.kind == TermsKind::fixed ? "fixed" : "percentage"},
                          {"rate", format_rate(terms.kind, terms.rate, exponent)},
                          {"tiers", std::move(tiers)}});
  }
  return list;
}

std::string_view source_name(std::int64_t source) {
  switch (static_cast<wire::ClickSource>(source)) {
    case wire::ClickSource::redirect:
      return "redirect";
    case wire::ClickSource::posted:
      return "posted";
    case wire::ClickSource::posted_client_id:
      return "posted_client_id";
  }
  return "unknown";
}

array verdict_view(std::uint32_t verdict) {
  array names;
  for (std::uint32_t bit = 1; bit != 0; bit <<= 1) {
    if (!(verdict & bit)) continue;
    const auto name = wire::verdict_name(bit);
    names.push_back(value(name.empty() ? "bit_" + std::to_string(bit) : text(name)));
  }
  return names;
}

value reference(const std::string& id, std::initializer_list<std::pair<const char*, const std::string*>> more) {
  if (id.empty()) return nullptr;
  object about{{"id", id}};
  for (const auto& [name, of] : more) about[name] = *of;
  return about;
}

}  // namespace

value time_view(const std::optional<std::int64_t>& wall_us) { return wall_us ? value(iso8601_ms(*wall_us)) : value(); }
value text_view(const std::optional<std::string>& of) { return of ? value(*of) : value(); }
value text_or_null(const std::string& of) { return of.empty() ? value() : value(of); }

value parsed_view(const std::string& json_text) {
  boost::system::error_code error;
  auto parsed = boost::json::parse(json_text, error);
  return error ? value() : parsed;
}

std::string address_text(const std::string& ip_bytes) {
  char out[INET6_ADDRSTRLEN] = "";
  if (ip_bytes.size() == 4) inet_ntop(AF_INET, ip_bytes.data(), out, sizeof out);
  if (ip_bytes.size() == 16) inet_ntop(AF_INET6, ip_bytes.data(), out, sizeof out);
  return out;
}

object account_view(const AccountRow& row) {
  return {{"id", row.public_id},
          {"dialect", text(wire::dialect_name(row.dialect))},
          {"name", row.name},
          {"contact_email", text_view(row.contact_email)},
          {"plan", row.plan},
          {"status", row.status},
          {"link_host", row.link_host},
          {"currency", row.currency},
          {"time_zone", row.time_zone},
          {"policy", parsed_view(row.policy)},
          {"created_at", iso8601_ms(row.created_us)}};
}

object key_view(const ApiKeyRow& row) {
  return {{"id", row.public_id},
          {"account", row.account_public_id},
          {"kind", text(key_kind_name(row.kind))},
          {"mode", text(mode_name(row.mode))},
          {"name", row.name},
          {"shown", row.shown},
          {"limits", parsed_view(row.limits)},
          {"origins", text_list(allowed_host_list(row.origin_hosts))},
          {"imported", row.imported},
          {"created_at", iso8601_ms(row.created_us)},
          {"revoked_at", time_view(row.revoked_us)}};
}

object campaign_view(const Campaign& campaign, int exponent, const std::optional<std::string>& join_url) {
  const CampaignRow& row = campaign.row;
  return {{"id", row.public_id},
          {"account", row.account_public_id},
          {"mode", text(mode_name(row.mode))},
          {"code", text_view(row.code)},
          {"slug", row.slug},
          {"name", row.name},
          {"status", row.status},
          {"model", row.model},
          {"currency", text_view(row.currency)},
          {"target_url", row.target_url},
          {"fallback_url", text_view(row.fallback_url)},
          {"expires_at", time_view(row.expires_us)},
          {"click_parameter", text_view(row.click_parameter)},
          {"allow_hosts", text_list(allowed_host_list(row.deep_link_hosts))},
          {"visibility", row.visibility},
          {"join_review", row.join_review},
          {"join_url", text_view(join_url)},
          {"attribution_window_s", row.attribution_window_s ? value(*row.attribution_window_s) : value()},
          {"hold_s", row.hold_s},
          {"auto_approve", row.auto_approve},
          {"precedence", row.precedence},
          {"budget", row.budget_minor ? value(format_minor(*row.budget_minor, exponent)) : value()},
          {"customer_limit", row.customer_limit},
          {"click_limit", row.click_limit},
          {"fraud_rules",
           {{"self_referral", row.fraud.self_referral},
            {"duplicate_window_s", row.fraud.duplicate_s},
            {"velocity_count", row.fraud.velocity_count},
            {"velocity_window_s", row.fraud.velocity_s}}},
          {"terms", terms_view(campaign.terms, exponent)},
          {"created_at", iso8601_ms(row.created_us)},
          {"updated_at", iso8601_ms(row.updated_us)}};
}

object affiliate_view(const AffiliateRow& row) {
  return {{"id", row.public_id},
          {"account", row.account_public_id},
          {"mode", text(mode_name(row.mode))},
          {"email", row.email},
          {"name", row.name},
          {"status", row.status},
          {"created_at", iso8601_ms(row.created_us)}};
}

object enrolment_view(const EnrolmentRow& row) {
  return {{"campaign", row.campaign_public_id},
          {"affiliate", row.affiliate_public_id},
          {"status", row.status},
          {"code", row.code},
          {"joined_at", iso8601_ms(row.joined_us)},
          {"removed_at", time_view(row.removed_us)}};
}

object link_view(const LinkRow& row) {
  return {{"id", row.public_id},
          {"host", row.host},
          {"code", row.code},
          {"short_link", row.host + "/" + row.code},
          {"campaign", row.campaign_public_id},
          {"affiliate", text_or_null(row.affiliate_public_id)},
          {"mode", text(mode_name(row.mode))},
          {"target_url", text_view(row.target_url)},
          {"status", row.status},
          {"starts_at", time_view(row.starts_us)},
          {"expires_at", time_view(row.expires_us)},
          {"fallback_url", text_view(row.fallback_url)},
          {"click_cap", row.click_cap ? value(*row.click_cap) : value()},
          {"capped", row.is_capped},
          {"rules", text_list(link_target_lines(row.targets))},
          {"created_at", iso8601_ms(row.created_us)},
          {"updated_at", iso8601_ms(row.updated_us)}};
}

object promo_view(const PromoRow& row) {
  return {{"id", row.public_id},
          {"code", row.code},
          {"campaign", row.campaign_public_id},
          {"affiliate", row.affiliate_public_id},
          {"mode", text(mode_name(row.mode))},
          {"status", row.status},
          {"created_at", iso8601_ms(row.created_us)}};
}

object click_view(const StoredClick& click) {
  object view{{"id", wire::to_uuid(click.id)},
              {"account", text_or_null(click.account_public_id)},
              {"dialect", text_or_null(click.dialect)},
              {"mode", text(mode_name(click.mode))},
              {"received_at", iso8601_ms(click.received_us)},
              {"campaign", reference(click.campaign_public_id, {{"name", &click.campaign_name}})},
              {"affiliate", reference(click.affiliate_public_id, {{"email", &click.affiliate_email}})},
              {"link", reference(click.link_public_id, {{"host", &click.link_host}, {"code", &click.link_code}})},
              {"key", text_or_null(click.key_public_id)},
              {"verdict", verdict_view(click.verdict)},
              {"rules", text_or_null(rules_version(click.rules))},
              {"counts", click.verdict == 0},
              {"unique", click.is_unique},
              {"unique_reason", text_or_null(std::string(why_not_unique(click)))},
              {"source", text(source_name(click.source))},
              {"visitor", text_or_null(to_hex(click.visitor))},
              {"ip", text_or_null(address_text(click.ip))},
              {"user_agent", text_view(click.user_agent)},
              {"referrer", text_view(click.referrer)},
              {"landing", text_view(click.landing)}};
  for (std::size_t i = 0; i < click.sub.size(); ++i) view["sub" + std::to_string(i + 1)] = text_view(click.sub[i]);
  view["utm"] = parsed_view(click.utm);
  view["params"] = parsed_view(click.params);
  view["stream"] = object{{"edge", text_or_null(click.edge)},
                          {"incarnation", text_or_null(to_hex(click.incarnation))},
                          {"number", click.number},
                          {"position", click.stream_position}};
  return view;
}

}  // namespace footfall::core
