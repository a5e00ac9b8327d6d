#include "core/api/selgeo/conversion_view.h"

#include "core/api/json_output.h"
#include "proto/base/clock.h"

namespace footfall::core::selgeo {
namespace {

namespace json = boost::json;

json::value commission_of(const ConversionRow& row) {
  if (!row.attributed || !row.terms_id) return nullptr;
  return {{"amount_cents", row.commission_minor},
          {"currency", nullable_text(row.commission_currency)},
          {"status", status_name(row.status)},
          {"hold_until", nullable_time(row.hold_until_us)}};
}

}  // namespace

// SE-6, SE-7, SE-8: `attributed` above and inside; a sentence and a stable word.
json::object conversion_view(const ConversionRow& row) {
  return {{"id", row.public_id},
          {"attributed", row.attributed},
          {"attribution",
           {{"attributed", row.attributed},
            {"method", nullable_text(row.method)},
            {"partner_id", nullable_text(row.affiliate_public_id)},
            {"program_id", nullable_text(row.campaign_public_id)},
            {"click_id", nullable_text(row.click_id)},
            {"promo_code", nullable_text(row.promo_code)},
            {"reason", row.reason},
            {"explanation", row.explanation}}},
          {"commission", commission_of(row)},
          {"mode", mode_name(row.mode)},
          {"status", status_name(row.status)},
          {"click_id", nullable_text(row.click_id)},
          {"promo_code", nullable_text(row.promo_code)},
          {"external_transaction_id", nullable_text(row.external_id)},
          {"event_type", row.goal},
          {"amount_cents", row.amount_minor.value_or(0)},
          {"currency", nullable_text(row.currency)},
          {"prospect_email", nullable_text(row.prospect_email)},
          {"occurred_at", iso8601_ms(row.occurred_us.value_or(row.created_us))},
          {"created_at", iso8601_ms(row.created_us)}};
}

}  // namespace footfall::core::selgeo
