#include "core/api/selgeo/selgeo.h"

#include "core/api/selgeo/handlers.h"

namespace footfall::core::selgeo {
namespace {

using enum http::Method;

constexpr Route kRoutes[] = {
    {post, "/api/v1/conversions", Access::secret_key, "conversions", BodyFormat::json, report_conversion},
    {get, "/api/v1/audit/conversions/{conversion_id}", Access::secret_key, "", BodyFormat::none, audit_conversion},
    {get, "/api/v1/audit/clicks/{click_id}", Access::secret_key, "", BodyFormat::none, audit_click},
};

constexpr AddressLimit kAddressLimits[] = {
    {"/api/v1/auth/", "selgeo-auth", 10},  // SEL-16
    {"/api/v1/", "selgeo-general", 300},   // SEL-17
};

}  // namespace

std::span<const Route> Selgeo::routes() const { return kRoutes; }
std::span<const AddressLimit> Selgeo::address_limits() const { return kAddressLimits; }

// The code of a 401 follows the endpoint (SEL-36 to SEL-38).
ApiResponse Selgeo::deny(Denial denial, const Route& route) const {
  if (denial == Denial::wrong_caller_kind) {
    return error_response(dialect(), 403, "This endpoint needs a secret key", "FORBIDDEN");
  }
  if (route.pattern.text.starts_with("/api/v1/audit/")) {
    return error_response(dialect(), 401, "Missing or invalid secret key", "INVALID_SECRET_KEY");
  }
  return error_response(dialect(), 401, "Missing or invalid API key", "INVALID_API_KEY");
}

}  // namespace footfall::core::selgeo
