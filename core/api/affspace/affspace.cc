#include "core/api/affspace/affspace.h"

#include <algorithm>
#include <initializer_list>

#include "core/actions/authenticate.h"
#include "core/api/affspace/handlers.h"
#include "core/api/affspace/responses.h"
#include "core/api/openapi/handlers.h"
#include "proto/base/bytes.h"
#include "proto/wire/credentials.h"
#include "proto/wire/placeholder.h"

namespace footfall::core::affspace {
namespace {

using enum http::Method;
constexpr auto kKey = Access::secret_key;
constexpr auto kEndpoint = Access::callback_endpoint;
constexpr auto kWithTheBooking = KeyCheck::with_the_booking;
constexpr auto kForm = BodyFormat::json_or_form;

// Callbacks write, so HEAD, with which link checkers and previews look at a URL, does not reach them.
constexpr Route kRoutes[] = {
    {get, "/api/v1/conversions", kKey, "read", BodyFormat::none, list_conversions},
    {post, "/api/v1/conversions", kKey, "conversions", kForm, report_conversion, kWithTheBooking},
    {get, "/api/v1/conversions/{conversion_id}", kKey, "read", BodyFormat::none, show_conversion},
    {post, "/api/v1/events", kKey, "write", kForm, report_event},
    {get, "/api/v1/stats", kKey, "stats", BodyFormat::none, show_statistics},
    {get, "/api/v1/offers", kKey, "read", BodyFormat::none, list_offers},
    {get, "/api/v1/offers/{offer_code}", kKey, "read", BodyFormat::none, show_offer},
    {get, "/api/v1/profile", kKey, "read", BodyFormat::none, show_profile},
    {post, "/api/v1/test-sessions", kKey, "write", kForm, start_test_session},
    {get, "/api/v1/test-sessions/{session_token}", kKey, "read", BodyFormat::none, show_test_session},
    {get, "/pb", kKey, "conversions", kForm, report_conversion, kWithTheBooking, Effect::writes},
    {post, "/pb", kKey, "conversions", kForm, report_conversion, kWithTheBooking},
    {get, "/pb/{endpoint_id}", kEndpoint, "", kForm, named_postback, KeyCheck::at_once, Effect::writes},
    {post, "/pb/{endpoint_id}", kEndpoint, "", kForm, named_postback},
    {get, "/openapi.json", Access::none, "", BodyFormat::none, show_openapi},
    {get, "/docs", Access::none, "", BodyFormat::none, show_docs},
    {get, "/docs/ui.js", Access::none, "", BodyFormat::none, show_docs_script},
    {get, "/docs/ui.css", Access::none, "", BodyFormat::none, show_docs_style},
};

}  // namespace

std::span<const Route> AffSpace::routes() const { return kRoutes; }

std::string AffSpace::presented_credential(const ApiRequest& request, RequestInput& input) const {
  if (!request.api_key_header.empty()) return request.api_key_header;
  if (const std::string_view token = wire::bearer_token(request.authorization); !token.empty())
    return std::string(token);
  for (const RequestInput::Value& value : input.values()) {
    if (value.name == "secure" && value.kind == JsonKind::string && !trim(value.text).empty() &&
        !wire::is_placeholder(value.text)) {
      return std::string(trim(value.text));
    }
  }
  return {};
}

ApiResponse AffSpace::deny(Denial denial, const Route&) const {
  if (denial == Denial::no_credential) return error_response(kAffSpace, 401, "API key required", "UNAUTHORIZED");
  return error_response(kAffSpace, 401, "API key is invalid", "INVALID_API_KEY");
}

std::string_view AffSpace::callback_zone(const PostbackEndpoint& endpoint) const {
  return endpoint.primary ? "conversions" : "read";  // AFS-16, AF-16
}

void AffSpace::log_callback(const AdmittedRequest& admitted, const ApiResponse& response,
                            WorkerContext& context) const {
  log_postback(admitted, response, context);
}

// Only the paths of conversions need the body to be told apart from Selgeo's (COMMON.md C-2). `secure` is a key, so it
// decides; without one the fields' names choose the form of the 401. Reads have their query.
bool AffSpace::names_own_field(const ApiRequest& request) const {
  constexpr std::string_view kPath = "/api/v1/conversions";
  const RouteMatch match = find_route(kRoutes, request.method, request.path);
  if (match.route == nullptr || !match.route->pattern.text.starts_with(kPath)) return false;
  RequestInput input(request, match.route->body);
  const auto has_any = [&input](std::initializer_list<std::string_view> names) {
    return std::ranges::any_of(names, [&input](std::string_view name) { return input.has(name); });
  };
  if (input.has("secure")) return true;
  if (request.method != post || has_any({"external_transaction_id", "amount_cents", "promo_code"})) return false;
  return has_any({"clickid", "cid", "sum", "action_id", "txid", "goal"});
}

}  // namespace footfall::core::affspace
