#include "core/actions/test_sessions.h"

#include "core/actions/reading/campaigns.h"
#include "core/api/affspace/handlers.h"
#include "core/api/affspace/responses.h"

namespace footfall::core::affspace {

namespace json = boost::json;

ApiResponse start_test_session(AdmittedRequest& admitted, WorkerContext& context) {
  const ApiRequest& request = admitted.request;
  FieldReader read(admitted.input, FieldStyle::sentence);
  const auto code = read.text("offer_code", {.required = true, .accepts_numbers = true});
  if (!read.problems().empty()) return validation_response(read.problems());
  auto offer = read_campaign_by_code(context.database, admitted.caller(), *code);
  if (!offer) return failure_response(kAffSpace, offer.error(), request);
  if (!*offer) return not_found_response("Offer not found");
  auto session = create_test_session(context.database, admitted.caller(), (*offer)->row, request.received_us);
  if (!session) return failure_response(kAffSpace, session.error(), request);
  return success({{"testClickId", session->click_id},
                  {"sessionToken", session->token},
                  {"expiresAt", session->expires_us / 1000}});
}

ApiResponse show_test_session(AdmittedRequest& admitted, WorkerContext& context) {
  const ApiRequest& request = admitted.request;
  auto found = read_test_session(context.database, admitted.caller(), admitted.parameters[0]);
  if (!found) return failure_response(kAffSpace, found.error(), request);
  if (!*found) return not_found_response("Test session not found");
  const TestSession& session = **found;
  const bool is_expired = session.expires_us <= request.received_us;
  const std::string_view status = session.received_us ? "received" : is_expired ? "expired" : "pending";  // AF-19
  boost::system::error_code broken;
  json::value problems = json::parse(session.problems, broken);
  return success({{"status", status},
                  {"validation",
                   {{"signatureValid", session.signature_valid},
                    {"fieldsValid", session.fields_valid},
                    {"errors", broken ? json::value(json::array()) : std::move(problems)}}},
                  {"testClickId", session.click_id},
                  {"expiresAt", session.expires_us / 1000}});
}

}  // namespace footfall::core::affspace
