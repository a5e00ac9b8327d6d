#include "core/api/selgeo/audit_parts.h"

#include "core/api/json_output.h"
#include "core/api/selgeo/responses.h"
#include "proto/base/clock.h"
#include "proto/wire/click.h"

namespace footfall::core::selgeo {
namespace {

namespace json = boost::json;

std::string text_of(const json::object& terms, std::string_view name) {
  const auto* value = terms.if_contains(json::string_view(name.data(), name.size()));
  return value && value->is_string() ? std::string(value->get_string()) : "";
}

}  // namespace

ApiResponse absent_response(const Result<bool>& in_other_mode, std::string_view noun, const ApiRequest& request) {
  if (!in_other_mode) return failure_response(kSelgeo, in_other_mode.error(), request);
  if (!*in_other_mode) return error_response(kSelgeo, 404, std::string(noun) + " not found");
  return error_response(kSelgeo, 422, "The key and the " + std::string(noun) + " belong to different modes",
                        "MODE_MISMATCH");
}

json::value parsed_json(const std::optional<std::string>& text) {
  boost::system::error_code error;
  auto value = text ? json::parse(*text, error) : json::value(nullptr);
  return error ? json::value(nullptr) : value;
}

json::object click_part(const StoredClick& click) {
  return {{"click_id", wire::to_uuid(click.id)},
          {"received_at", iso8601_ms(click.received_us)},
          {"partner_id", nullable_text(click.affiliate_public_id)},
          {"program_id", nullable_text(click.campaign_public_id)},
          {"ref", nullable_text(click.link_code)},
          {"counts", click.verdict == 0},
          {"verdict", wire::verdict_names(click.verdict)},
          {"unique", click.is_unique},
          {"unique_reason", nullable_text(std::string(why_not_unique(click)))},
          {"landing", nullable_text(click.landing)},
          {"referrer", nullable_text(click.referrer)}};
}

namespace {

// Which of the terms' tiers gave the rate; null: they had none, or were frozen before it was kept.
json::value tier_part(const json::object& frozen) {
  const auto* tier = frozen.if_contains("tier");
  return tier ? *tier : json::value(nullptr);
}

std::string tier_text(const json::value& tier) {
  if (!tier.is_object()) return "";
  const auto number = [&tier](const char* name) { return tier.get_object().at(name).to_number<std::int64_t>(); };
  const std::string had = "; the partner had " + std::to_string(number("conversions_before")) + " conversions before";
  if (number("from") == 0) return had + ", too few for a tier";
  return had + ", and the tier begins with " + std::to_string(number("from"));
}

}  // namespace

json::value commission_part(const ConversionRow& row) {
  const json::value terms = parsed_json(row.terms);
  if (!terms.is_object()) return nullptr;
  const json::object& frozen = terms.get_object();
  const std::string currency = row.commission_currency.value_or("");
  std::string formula = "a fixed amount of " + std::to_string(row.commission_minor) + " cents";
  if (text_of(frozen, "kind") == "percentage") {
    formula = text_of(frozen, "percent") + " % of " + std::to_string(row.amount_minor.value_or(0)) + " cents is " +
              std::to_string(row.commission_minor) + " cents, rounded " + text_of(frozen, "rounding");
  }
  const json::value tier = tier_part(frozen);
  formula += tier_text(tier);
  if (frozen.contains("unpaid")) formula = text_of(frozen, "unpaid");
  return {{"terms", terms},
          {"tier", tier},
          {"basis_cents", row.amount_minor.value_or(0)},
          {"amount_cents", row.commission_minor},
          {"reversed_cents", row.reversed_minor},
          {"currency", nullable_text(currency)},
          {"status", status_name(row.status)},
          {"hold_until", nullable_time(row.hold_until_us)},
          {"formula", formula}};
}

}  // namespace footfall::core::selgeo
