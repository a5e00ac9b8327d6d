#include "core/api/affily/conversion_view.h"

#include <algorithm>

#include "core/domain/money.h"
#include "proto/base/clock.h"
#include "proto/wire/dialect.h"

namespace footfall::core::affily {
namespace {

namespace json = boost::json;

json::value click_text(const ConversionRow& row) {
  const auto id = row.click_id ? wire::parse_uuid(*row.click_id) : std::nullopt;
  return id ? json::value(wire::format_click_id(wire::Dialect::affily, *id)) : json::value(nullptr);
}

// An operator's own words are not in the enum.
json::value reason_of(const ConversionRow& row) {
  if (row.rejection_reason &&
      std::ranges::find(kRejectionReasons, *row.rejection_reason) != std::end(kRejectionReasons))
    return json::value(*row.rejection_reason);
  return three_state_name(row.status) == "rejected" ? json::value("other") : json::value(nullptr);
}

}  // namespace

std::string commission_of(const ConversionRow& row) {
  return format_amount(row.commission_minor - row.reversed_minor, row.commission_currency.value_or(""));
}

ExactObject conversion_item(const ConversionRow& row) {
  ExactObject item;
  item.add("id", row.public_id)
      .add("status", three_state_name(row.status))
      .add("click_id", click_text(row))
      .add("offer_id", nullable_text(row.campaign_public_id))
      .add("order_id", nullable_text(row.external_id))
      .add_decimal("amount", format_amount(row.amount_minor.value_or(0), row.currency.value_or("")))
      .add("currency", nullable_text(row.currency))
      .add_decimal("commission", commission_of(row))
      .add("hold_until", nullable_time(row.hold_until_us))
      .add("created_at", iso8601_ms(row.created_us))
      .add_json("metadata", row.metadata.value_or("null"))
      .add("rejection_reason", reason_of(row))
      .add("rejection_note", nullable_text(row.rejection_note));
  return item;
}

}  // namespace footfall::core::affily
