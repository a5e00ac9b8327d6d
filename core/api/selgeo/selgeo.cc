#include "core/api/selgeo/selgeo.h"

#include "core/actions/access_token.h"
#include "core/actions/dashboard_login.h"
#include "core/api/selgeo/handlers.h"

namespace footfall::core::selgeo {
namespace {

using enum http::Method;

constexpr auto kKey = Access::secret_key;
constexpr auto kUser = Access::dashboard_user;
constexpr auto kAnybody = Access::none;
constexpr auto kJson = BodyFormat::json;
constexpr auto kNoBody = BodyFormat::none;

// Routes without a zone are limited per address.
constexpr Route kRoutes[] = {
    {post, "/api/v1/conversions", kKey, "conversions", kJson, report_conversion, KeyCheck::with_the_booking},
    {get, "/api/v1/audit/conversions/{conversion_id}", kKey, "", kNoBody, audit_conversion},
    {get, "/api/v1/audit/clicks/{click_id}", kKey, "", kNoBody, audit_click},
    {post, "/api/v1/auth/login", kAnybody, "", kJson, begin_session},
    {post, "/api/v1/auth/refresh", kAnybody, "", kJson, renew_session},
    {post, "/api/v1/auth/logout", kAnybody, "", kJson, end_session},
    {get, "/api/v1/webhooks", kUser, "", kNoBody, list_webhooks},
    {post, "/api/v1/webhooks", kUser, "", kJson, new_webhook},
    {get, "/api/v1/webhooks/{webhook_id}", kUser, "", kNoBody, show_webhook},
    {patch, "/api/v1/webhooks/{webhook_id}", kUser, "", kJson, change_webhook},
    {del, "/api/v1/webhooks/{webhook_id}", kUser, "", kNoBody, remove_webhook},
    {post, "/api/v1/webhooks/{webhook_id}/rotate-secret", kUser, "", kNoBody, rotate_webhook},
    {post, "/api/v1/webhooks/{webhook_id}/test", kUser, "", kNoBody, test_webhook},
    {get, "/api/v1/webhooks/{webhook_id}/deliveries", kUser, "", kNoBody, list_deliveries_of_webhook},
    {get, "/api/v1/webhook-deliveries/{delivery_id}", kUser, "", kNoBody, show_delivery},
    {post, "/api/v1/webhook-deliveries/{delivery_id}/redeliver", kUser, "", kNoBody, redeliver_webhook},
};

constexpr AddressLimit kAddressLimits[] = {
    {"/api/v1/auth/", "selgeo-auth", 10},  // SEL-16
    {"/api/v1/", "selgeo-general", 300},   // SEL-17
};

}  // namespace

std::span<const Route> Selgeo::routes() const { return kRoutes; }
std::span<const AddressLimit> Selgeo::address_limits() const { return kAddressLimits; }

// An access token has two dots, which no key has.
Result<std::optional<Caller>> Selgeo::find_caller(std::string_view credential, WorkerContext& context) const {
  if (!looks_like_access_token(credential)) return DialectApi::find_caller(credential, context);
  if (!context.webhooks.secrets_key) return std::nullopt;
  return dashboard_caller_of(context.database, access_token_key(*context.webhooks.secrets_key), credential,
                             context.clock.wall_us());
}

// The code of a 401 follows the endpoint (SEL-36 to SEL-38).
ApiResponse Selgeo::deny(Denial denial, const Route& route) const {
  const bool takes_keys = allows(route.access, Access::secret_key);
  if (denial == Denial::wrong_caller_kind) {
    return error_response(dialect(), 403,
                          takes_keys ? "This endpoint needs a secret key" : "This endpoint needs the token of a log-in",
                          "FORBIDDEN");
  }
  if (!takes_keys) return error_response(dialect(), 401, "Missing or invalid access token", "UNAUTHORIZED");
  if (route.pattern.text.starts_with("/api/v1/audit/")) {
    return error_response(dialect(), 401, "Missing or invalid secret key", "INVALID_SECRET_KEY");
  }
  return error_response(dialect(), 401, "Missing or invalid API key", "INVALID_API_KEY");
}

}  // namespace footfall::core::selgeo
