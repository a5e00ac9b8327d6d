#include "core/api/selgeo/conversion_fields.h"

#include "core/domain/money.h"

namespace footfall::core::selgeo {
namespace {

constexpr std::size_t kEventTypeMax = 100;  // SELX-01, characters

}  // namespace

ConversionFields read_conversion_fields(FieldReader& read) {
  ConversionFields fields;
  if (const auto click = read.text("click_id")) {
    fields.click = wire::parse_uuid(*click);
    if (!fields.click) read.add_problem("click_id", "Invalid uuid");
  }
  fields.promo_code = read.text("promo_code");
  fields.external_transaction_id = read.text("external_transaction_id", {.required = true}).value_or("");
  fields.event_type = read.text("event_type", {.required = true, .characters_max = kEventTypeMax}).value_or("");
  fields.amount_cents = read.integer("amount_cents", {.min = 0, .max = kSaleMinorMax}).value_or(0);
  const std::size_t problems_before = read.problems().size();
  fields.currency = read.currency("currency");
  const bool currency_is_absent = !fields.currency && read.problems().size() == problems_before;
  if (currency_is_absent && fields.amount_cents > 0) {
    read.add_problem("currency", "Required when amount_cents is greater than 0");
  }
  fields.occurred_us = read.time("occurred_at");
  fields.prospect_email = read.email("prospect_email");
  return fields;
}

}  // namespace footfall::core::selgeo
