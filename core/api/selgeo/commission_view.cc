#include "core/api/selgeo/commission_view.h"

#include "core/api/json_output.h"
#include "proto/base/clock.h"

namespace footfall::core::selgeo {

boost::json::object commission_view(const ConversionRow& row) {
  const bool is_owed = row.status != ConversionStatus::rejected && row.status != ConversionStatus::reversed;
  return {{"conversion_id", row.public_id},
          {"partner_id", nullable_text(row.affiliate_public_id)},
          {"program_id", nullable_text(row.campaign_public_id)},
          {"mode", mode_name(row.mode)},
          {"status", status_name(row.status)},
          {"review", row.is_held()},
          {"currency", nullable_text(row.commission_currency)},
          {"amount_cents", row.commission_minor},
          {"reversed_cents", row.reversed_minor},
          {"owed_cents", is_owed ? row.commission_minor - row.reversed_minor : 0},
          {"external_transaction_id", nullable_text(row.external_id)},
          {"rejection_reason", nullable_text(row.rejection_reason)},
          {"hold_until", nullable_time(row.hold_until_us)},
          {"decided_at", nullable_time(row.decided_us)},
          {"paid_at", nullable_time(row.paid_us)},
          {"payout_id", nullable_text(row.payout_public_id)},
          {"created_at", iso8601_ms(row.created_us)}};
}

}  // namespace footfall::core::selgeo
