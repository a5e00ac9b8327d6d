// Two tables translate what actions say, whose words are affiliate and campaign: conflicts into Selgeo's codes and
// words, the names of fields into those of Selgeo's bodies. A conflict without a row is a plain CONFLICT, a field
// without one is "body".
#include "core/api/selgeo/responses.h"

#include <algorithm>
#include <boost/json.hpp>

#include "core/actions/checks.h"
#include "core/api/json_output.h"

namespace footfall::core::selgeo {
namespace {

namespace json = boost::json;
constexpr std::string_view kModes[] = {"live", "test"};

struct KnownRefusal {
  std::string_view code;  // of the action
  std::string_view name;  // Selgeo's
  std::string_view text;  // empty: the code's own (proto/wire/dialect_errors.cc)
};
constexpr KnownRefusal kConflicts[] = {
    {"code_taken", "REFERRAL_CODE_TAKEN", ""},
    {"already_joined", "APPLICATION_DUPLICATE", ""},
    {"participant_erased", "PARTICIPANT_ERASED", ""},
    {"email_taken", "EMAIL_TAKEN", "Another partner has this address"},
    {"not_pending", "NOT_PENDING", "The partner is not pending"},
    {"not_active", "NOT_ACTIVE", "The partner is not active"},
    {"not_suspended", "NOT_SUSPENDED", "The partner is not suspended"},
    {"budget_exceeded", "BUDGET_EXCEEDED", "The program's budget does not cover the commission"},
    {"nothing_payable", "NOTHING_PAYABLE", "No approved commission in this currency waits for a payout"},
    {"disputed", "DISPUTED", "The conversion is disputed, and the operator decides"},
    {"insufficient_deposit", "INSUFFICIENT_DEPOSIT", "The deposit does not cover the commission"},
    {"key_revoked", "KEY_REVOKED", "The key is revoked; create a new one"},
    {"idempotency_key_reused", "IDEMPOTENCY_KEY_REUSED", "The Idempotency-Key belongs to another payout"},
};

struct KnownField {
  std::string_view name;  // in the actions' structs
  std::string_view sent;  // in Selgeo's bodies
};
constexpr KnownField kFields[] = {
    {"name", "name"},
    {"email", "email"},
    {"code", "code"},
    {"status", "status"},
    {"target_url", "target_url"},
    {"fallback_url", "fallback_url"},
    {"currency", "currency"},
    {"model", "model"},
    {"commission", "commission"},
    {"goal_commission", "event_commissions"},
    {"attribution_window", "attribution_window_seconds"},
    {"hold", "hold_seconds"},
    {"precedence", "precedence"},
    {"visibility", "visibility"},
    {"budget", "budget_cents"},
    {"fraud_rules", "fraud_rules"},
    {"campaign", "program_id"},
    {"affiliate", "partner_id"},
    {"starts", "starts_at"},
    {"expires", "expires_at"},
    {"click_cap", "click_cap"},
    {"description", "description"},
    {"part", "commission_cents"},
    {"reference", "reference"},
};

// "body" where the action does not tell.
std::string_view sent_name(const Error& error) {
  const auto* const known = std::ranges::find(kFields, field_of(error), &KnownField::name);
  return known == std::end(kFields) ? "body" : known->sent;
}

}  // namespace

std::optional<std::string> read_clearable_url(FieldReader& read, const char* name) {
  return read.cleared(name) ? std::string() : read.url(name);
}

wire::Mode read_mode(FieldReader& read) { return read_mode_if_given(read).value_or(wire::Mode::live); }

std::optional<wire::Mode> read_mode_if_given(FieldReader& read) {
  const auto given = read.choice("mode", kModes);
  return given ? parse_mode(*given) : std::nullopt;
}

ApiResponse validation_response(const std::vector<FieldProblem>& problems) {
  json::array details;
  for (const FieldProblem& problem : problems)
    details.push_back({{"field", problem.field}, {"message", problem.message}});
  return json_response({{"statusCode", 400},
                        {"message", "Validation failed"},
                        {"error", "Bad Request"},
                        {"code", "VALIDATION_ERROR"},
                        {"details", std::move(details)}},
                       400);
}

ApiResponse refusal_response(const Error& error, std::string_view noun, const ApiRequest& request) {
  if (error.kind == ErrorKind::not_found) return error_response(kSelgeo, 404, std::string(noun) + " not found");
  if (error.kind == ErrorKind::invalid) {
    return validation_response({{std::string(sent_name(error)), error.message}});
  }
  if (error.kind != ErrorKind::conflict) return failure_response(kSelgeo, error, request);
  for (const KnownRefusal& known : kConflicts) {
    if (known.code == error.code) return error_response(kSelgeo, 409, known.text, known.name);
  }
  return error_response(kSelgeo, 409, error.message);
}

ApiResponse not_set_up_response(std::string_view message) {
  ApiResponse response = error_response(kSelgeo, 503, message);
  add_field(response, "Retry-After", "3600");
  return response;
}

ApiResponse too_often_response(const Result<std::int64_t>& wait_s, std::int64_t limit, const ApiRequest& request,
                               const Clock& clock) {
  if (!wait_s) return failure_response(kSelgeo, wait_s.error(), request);
  LimitVerdict verdict;
  verdict.allowed = false;
  verdict.limit = limit;
  verdict.reset_after_s = *wait_s;
  return limited_response(kSelgeo, verdict, clock);
}

}  // namespace footfall::core::selgeo
