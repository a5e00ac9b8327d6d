#include "core/api/affily/affily.h"

#include "core/api/affily/handlers.h"
#include "core/api/openapi/handlers.h"

namespace footfall::core::affily {
namespace {

using enum http::Method;
constexpr auto kKey = Access::secret_key;

constexpr Route kRoutes[] = {
    {get, "/v1/conversions", kKey, "api", BodyFormat::none, list_conversions},
    {post, "/v1/conversions", kKey, "api", BodyFormat::json, report_conversion, KeyCheck::with_the_booking},
    {patch, "/v1/conversions/{conversion_id}", kKey, "api", BodyFormat::json, decide_conversion},
    {get, "/v1/account", kKey, "api", BodyFormat::none, show_account},
    {get, "/v1/offers", kKey, "api", BodyFormat::none, list_offers},
    {post, "/v1/deposits", kKey, "api", BodyFormat::json, request_deposit},
    {get, "/v1/deposits/{deposit_id}/checkout", Access::none, "", BodyFormat::none, show_checkout},
    {post, "/v1/deposits/{deposit_id}/checkout", Access::none, "", BodyFormat::json_or_form, pay_in_sandbox},
    {get, "/v1/deposits/{deposit_id}/proforma.pdf", Access::none, "", BodyFormat::none, show_proforma},
    {post, "/hooks/stripe", Access::none, "", BodyFormat::json, take_stripe_call},
    {post, "/hooks/sunrise_pay", Access::none, "", BodyFormat::json, take_sunrise_pay_call},
    {get, "/openapi.json", Access::none, "", BodyFormat::none, show_openapi},
    {get, "/docs", Access::none, "", BodyFormat::none, show_docs},
    {get, "/docs/ui.js", Access::none, "", BodyFormat::none, show_docs_script},
    {get, "/docs/ui.css", Access::none, "", BodyFormat::none, show_docs_style},
};

constexpr AddressLimit kAddressLimits[] = {
    {"/v1/deposits/", "affily-checkout", 60},  // the pages
    {"/hooks/", "affily-hooks", 600},          // of payment providers
};

}  // namespace

std::span<const Route> Affily::routes() const { return kRoutes; }
std::span<const AddressLimit> Affily::address_limits() const { return kAddressLimits; }

ApiResponse Affily::deny(Denial denial, const Route&) const {
  return error_response(dialect(), denial == Denial::wrong_caller_kind ? 403 : 401);
}

}  // namespace footfall::core::affily
