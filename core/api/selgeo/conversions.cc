#include "core/api/selgeo/conversions.h"

#include <boost/json.hpp>

#include "core/actions/authenticate.h"
#include "core/actions/record_conversion.h"
#include "core/api/selgeo/report.h"
#include "proto/base/clock.h"

namespace footfall::core::selgeo {
namespace {

namespace json = boost::json;
constexpr wire::Dialect kSelgeo = wire::Dialect::selgeo;
constexpr std::int64_t kStrangersPerMinute = 60;  // unknown keys, per address (SE-14)

Answer refuse_fields(const std::vector<FieldIssue>& issues) {
  json::array details;
  for (const FieldIssue& issue : issues) details.push_back({{"field", issue.field}, {"message", issue.message}});
  const json::object body = {{"statusCode", 400},
                             {"message", "Validation failed"},
                             {"error", "Bad Request"},
                             {"code", "VALIDATION_ERROR"},
                             {"details", std::move(details)}};
  Answer answer;
  answer.status = 400;
  answer.body = json::serialize(body);
  return answer;
}

json::value text_or_null(const std::optional<std::string>& text) {
  return text ? json::value(*text) : json::value(nullptr);
}
json::value text_or_null(const std::string& text) { return text.empty() ? json::value(nullptr) : json::value(text); }
json::value time_or_null(const std::optional<std::int64_t>& us) {
  return us ? json::value(iso8601_ms(*us)) : json::value(nullptr);
}

json::value commission_of(const ConversionRow& row) {
  if (!row.attributed || !row.terms_id) return nullptr;
  return {{"amount_cents", row.commission_minor},
          {"currency", text_or_null(row.commission_currency)},
          {"status", status_name(row.status)},
          {"hold_until", time_or_null(row.hold_until_us)}};
}

// SE-6, SE-7, SE-8: `attributed` above and inside; a sentence and a stable word.
Answer created(const ConversionRow& row) {
  const json::object body = {{"id", row.public_id},
                             {"attributed", row.attributed},
                             {"attribution",
                              {{"attributed", row.attributed},
                               {"method", text_or_null(row.method)},
                               {"partner_id", text_or_null(row.affiliate_public_id)},
                               {"program_id", text_or_null(row.campaign_public_id)},
                               {"click_id", text_or_null(row.click_id)},
                               {"promo_code", text_or_null(row.promo_code)},
                               {"reason", row.reason},
                               {"explanation", row.explanation}}},
                             {"commission", commission_of(row)},
                             {"mode", mode_name(row.mode)},
                             {"status", status_name(row.status)},
                             {"click_id", text_or_null(row.click_id)},
                             {"promo_code", text_or_null(row.promo_code)},
                             {"external_transaction_id", text_or_null(row.external_id)},
                             {"event_type", row.goal},
                             {"amount_cents", row.amount_minor.value_or(0)},
                             {"currency", text_or_null(row.currency)},
                             {"prospect_email", text_or_null(row.prospect_email)},
                             {"occurred_at", iso8601_ms(row.occurred_us.value_or(row.created_us))},
                             {"created_at", iso8601_ms(row.created_us)}};
  Answer answer;
  answer.status = 201;
  answer.body = json::serialize(body);
  return answer;
}

Answer spell(const RecordedConversion& recorded, const Report& report) {
  switch (recorded.outcome) {
    case RecordOutcome::booked:
      return created(recorded.conversion);
    case RecordOutcome::duplicate:
      return refuse(kSelgeo, 409, "A conversion with this external_transaction_id already exists",
                    "CONVERSION_DUPLICATE");
    case RecordOutcome::no_signal:
      return refuse(kSelgeo, 422, "Neither click_id nor promo_code was provided", "NO_ATTRIBUTION_SIGNAL");
    case RecordOutcome::mode_mismatch:
      return refuse(kSelgeo, 422, "The key and the attribution signal belong to different modes", "MODE_MISMATCH");
    case RecordOutcome::needs_click: {
      Answer wait;
      wait.wait_for = report.click;
      return wait;
    }
    default:
      return refuse(kSelgeo, 500);  // the outcomes that Selgeo's policy cannot have
  }
}

}  // namespace

Answer report_conversion(const Call& call, Desk& desk) {
  const std::string_view key = bearer_token(call.authorization);
  auto caller = authenticate(desk.database, kSelgeo, key);
  if (!caller) return refuse_failure(kSelgeo, caller.error(), call);
  if (!*caller) {
    const LimitVerdict strangers = desk.limiter.take("strangers", call.client.text(), kStrangersPerMinute);
    if (!strangers.allowed) return refuse_limited(kSelgeo, strangers, desk.clock);
    return refuse(kSelgeo, 401, "Missing or invalid API key", "INVALID_API_KEY");
  }
  if ((*caller)->key_kind != KeyKind::secret_key) {
    return refuse(kSelgeo, 403, "A public key cannot report conversions; use a secret key", "FORBIDDEN");
  }
  // A call that comes back from its wait was counted when it arrived.
  LimitVerdict verdict;
  if (call.click_wait == ClickWait::not_asked) {
    verdict = desk.limiter.take("conversions", (*caller)->public_id, (*caller)->limit("conversions"));
    if (!verdict.allowed) return refuse_limited(kSelgeo, verdict, desk.clock);
  }
  if (!call.content_type.empty() && call.content_type != "application/json") {
    return refuse(kSelgeo, 415, "Content-Type must be application/json");
  }
  Report report;
  if (const auto issues = read_report(call.body, report); !issues.empty()) return refuse_fields(issues);
  if (call.click_wait == ClickWait::timed_out) {
    return refuse_for_now(kSelgeo, "The click has not been stored yet; retry");
  }

  ConversionReport conversion;
  conversion.account = (*caller)->account.id;
  conversion.mode = (*caller)->mode.value();
  conversion.policy = &(*caller)->policy;
  conversion.actor = (*caller)->name;
  conversion.click = report.click;
  conversion.promo_code = report.promo_code;
  conversion.external_id = report.external_transaction_id;
  conversion.goal = report.event_type;
  conversion.prospect_email = report.prospect_email;
  conversion.amount_minor = report.amount_cents;
  conversion.currency = report.currency;
  conversion.occurred_us = report.occurred_us;
  conversion.request_id = call.request_id;
  conversion.received_us = call.received_us;
  conversion.click_settled = call.click_wait == ClickWait::settled;
  conversion.click_may_still_come = call.click_wait == ClickWait::unheard;
  auto recorded = desk.rounds.record(desk.database, conversion);
  if (!recorded) return refuse_failure(kSelgeo, recorded.error(), call);
  return spell(*recorded, report);
}

}  // namespace footfall::core::selgeo
