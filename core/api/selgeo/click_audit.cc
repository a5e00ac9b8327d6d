// The attribution audit of a click: all that is known of it, until when a sale can be credited by it, and what it has
// led to. A click that is still on its way is waited for, as a conversion waits for it (SE-29).
#include <boost/json.hpp>

#include "core/api/json_output.h"
#include "core/api/selgeo/audit_parts.h"
#include "core/api/selgeo/handlers.h"
#include "core/api/selgeo/responses.h"
#include "proto/base/clock.h"
#include "proto/wire/click.h"

namespace footfall::core::selgeo {
namespace {

namespace json = boost::json;

// Of a click that is not stored for the account in the key's mode. Edges mint ids of version 7 only.
ApiResponse absent_click_response(const Result<bool>& in_other_mode, const wire::ClickId& id,
                                  const ApiRequest& request) {
  const bool is_unknown = in_other_mode && !*in_other_mode;
  if (is_unknown && request.is_first_pass() && wire::is_uuid_v7(id)) return wait_for_click(id);
  // An edge that was retired, or is silent, may never say it: what is stored now is all there is to show.
  if (is_unknown && request.click_wait == ClickWait::timed_out) {
    return unavailable_response(kSelgeo, "The click has not been stored yet; retry");
  }
  return absent_response(in_other_mode, "click", request);
}

// By the program as it is now: a conversion is judged by what the program says when it is booked.
json::object window_part(const StoredClick& click) {
  std::optional<std::int64_t> expires_us;
  if (click.window_s && click.verdict == 0) expires_us = click.received_us + *click.window_s * 1'000'000;
  return {{"click_at", iso8601_ms(click.received_us)},
          {"window_seconds", nullable_number(click.window_s)},
          {"expires_at", nullable_time(expires_us)}};
}

json::object conversion_part(const ConversionRow& row) {
  return {{"id", row.public_id},
          {"status", status_name(row.status)},
          {"reason", row.reason},
          {"event_type", row.goal},
          {"amount_cents", row.amount_minor.value_or(0)},
          {"currency", nullable_text(row.currency)},
          {"commission", commission_part(row)},
          {"created_at", iso8601_ms(row.created_us)}};
}

}  // namespace

ApiResponse audit_click(AdmittedRequest& admitted, WorkerContext& context) {
  const Caller& caller = admitted.caller();
  const auto id = wire::parse_uuid(admitted.parameters[0]);
  if (!id) return validation_response({{"click_id", "Invalid uuid"}});
  auto details = read_click(context.database, caller, *id);
  if (!details) return failure_response(kSelgeo, details.error(), admitted.request);
  if (!*details) {
    const auto in_other_mode = is_click_of_other_mode(context.database, caller, *id);
    return absent_click_response(in_other_mode, *id, admitted.request);
  }
  const StoredClick& click = (*details)->clicks.front();
  json::array conversions;
  for (const ConversionRow& one : (*details)->conversions) conversions.push_back(conversion_part(one));
  json::array conflicts;
  for (const ClickConflict& one : (*details)->conflicts) {
    conflicts.push_back({{"received_at", iso8601_ms(one.received_us)},
                         {"program_id", nullable_text(one.campaign_public_id)},
                         {"partner_id", nullable_text(one.affiliate_public_id)}});
  }
  return json_response({{"click", click_part(click)},
                        {"window", window_part(click)},
                        {"conversions", std::move(conversions)},
                        {"conflicts", std::move(conflicts)}});
}

}  // namespace footfall::core::selgeo
