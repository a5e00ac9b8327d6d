#include "core/api/selgeo/responses.h"

#include <boost/json.hpp>

#include "core/api/json_output.h"

namespace footfall::core::selgeo {
namespace {

namespace json = boost::json;
constexpr std::string_view kModes[] = {"live", "test"};

struct KnownRefusal {
  std::string_view code;  // of the action
  std::string_view name;  // Selgeo's
};
constexpr KnownRefusal kConflicts[] = {
    {"code_taken", "REFERRAL_CODE_TAKEN"},
    {"already_joined", "APPLICATION_DUPLICATE"},
    {"participant_erased", "PARTICIPANT_ERASED"},
    {"email_taken", "EMAIL_TAKEN"},
    {"not_pending", "NOT_PENDING"},
    {"budget_exceeded", "BUDGET_EXCEEDED"},
    {"nothing_payable", "NOTHING_PAYABLE"},
    {"disputed", "DISPUTED"},
    {"insufficient_deposit", "INSUFFICIENT_DEPOSIT"},
    {"key_revoked", "KEY_REVOKED"},
    {"idempotency_key_reused", "IDEMPOTENCY_KEY_REUSED"},
};

}  // namespace

wire::Mode read_mode(FieldReader& read) {
  return parse_mode(read.choice("mode", kModes).value_or("live")).value_or(wire::Mode::live);
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
  if (error.kind == ErrorKind::invalid) return validation_response({{"body", error.message}});
  if (error.kind != ErrorKind::conflict) return failure_response(kSelgeo, error, request);
  for (const KnownRefusal& known : kConflicts) {
    if (known.code == error.code) return error_response(kSelgeo, 409, error.message, known.name);
  }
  return error_response(kSelgeo, 409, error.message);
}

}  // namespace footfall::core::selgeo
