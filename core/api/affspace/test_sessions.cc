#include "core/api/affspace/test_sessions.h"

#include "core/actions/reading.h"
#include "core/actions/test_sessions.h"
#include "core/api/affspace/gate.h"
#include "proto/base/bytes.h"

namespace footfall::core::affspace {
namespace {

namespace json = boost::json;
constexpr wire::Dialect kAffSpace = wire::Dialect::affspace;

}  // namespace

Answer start_test_session(const Call& call, Desk& desk) {
  Parameters parameters(call);
  auto admitted = admit(call, desk, presented_key(call, &parameters), "write");
  if (auto* refused = std::get_if<Answer>(&admitted)) return std::move(*refused);
  const auto& caller = std::get<Caller>(admitted);
  const auto code = parameters.text("offer_code");
  if (!parameters.problems().empty()) return refuse_validation(parameters.problems().front().message);
  if (!code) return refuse_validation("offer_code is required");
  auto offer = read_offer(desk.database, caller, *code);
  if (!offer) return refuse_failure(kAffSpace, offer.error(), call);
  if (!*offer) return refuse_not_found("Offer not found");
  auto session = create_test_session(desk.database, caller, (*offer)->campaign, call.received_us);
  if (!session) return refuse_failure(kAffSpace, session.error(), call);
  return success({{"testClickId", session->click_id},
                  {"sessionToken", session->token},
                  {"expiresAt", session->expires_us / 1000}});
}

Answer show_test_session(const Call& call, Desk& desk, std::string_view token) {
  auto admitted = admit(call, desk, presented_key(call, nullptr), "read");
  if (auto* refused = std::get_if<Answer>(&admitted)) return std::move(*refused);
  const std::string decoded = percent_decode(token, false);
  if (!is_valid_utf8(decoded)) return refuse_not_found("Test session not found");
  auto found = read_test_session(desk.database, std::get<Caller>(admitted), decoded);
  if (!found) return refuse_failure(kAffSpace, found.error(), call);
  if (!*found) return refuse_not_found("Test session not found");
  const TestSession& session = **found;
  const bool expired = session.expires_us <= call.received_us;
  const std::string_view status = session.received_us ? "received" : expired ? "expired" : "pending";  // AF-19
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
