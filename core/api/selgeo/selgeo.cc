#include "core/api/selgeo/selgeo.h"

#include "core/api/selgeo/handlers.h"

namespace footfall::core::selgeo {
namespace {

using enum http::Method;

constexpr Route kRoutes[] = {
    {post, "/api/v1/conversions", Access::secret_key, "conversions", BodyFormat::json, report_conversion},
};

constexpr AddressLimit kAddressLimits[] = {
    {"/api/v1/auth/", "selgeo-auth", 10},  // SEL-16
    {"/api/v1/", "selgeo-general", 300},   // SEL-17
};

}  // namespace

std::span<const Route> Selgeo::routes() const { return kRoutes; }
std::span<const AddressLimit> Selgeo::address_limits() const { return kAddressLimits; }

ApiResponse Selgeo::deny(Denial denial, const Route&) const {
  if (denial == Denial::wrong_caller_kind) {
    return error_response(dialect(), 403, "A public key cannot report conversions; use a secret key", "FORBIDDEN");
  }
  return error_response(dialect(), 401, "Missing or invalid API key", "INVALID_API_KEY");
}

}  // namespace footfall::core::selgeo
