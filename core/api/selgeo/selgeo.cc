// Keys open the Conversion API and the audit of attribution, the tokens of a log-in everything else. What a path names
// is looked up within the caller's account and mode alone.
#include "core/api/selgeo/selgeo.h"

#include "core/actions/access_token.h"
#include "core/actions/dashboard_login.h"
#include "core/api/openapi/handlers.h"
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
    {post, "/api/v1/auth/register", kAnybody, "", kJson, register_person},
    {post, "/api/v1/auth/register/confirm", kAnybody, "", kJson, confirm_person},
    {post, "/api/v1/auth/forgot-password", kAnybody, "", kJson, forget_password},
    {post, "/api/v1/auth/reset-password", kAnybody, "", kJson, set_password},
    {get, "/api/v1/programs", kUser, "", kNoBody, list_programs},
    {post, "/api/v1/programs", kUser, "", kJson, new_program},
    {get, "/api/v1/programs/{program_id}", kUser, "", kNoBody, show_program},
    {patch, "/api/v1/programs/{program_id}", kUser, "", kJson, change_program},
    {get, "/api/v1/programs/{program_id}/invites", kUser, "", kNoBody, list_invites},
    {post, "/api/v1/programs/{program_id}/invites", kUser, "", kJson, invite_partner},
    {del, "/api/v1/programs/{program_id}/invites/{invite_id}", kUser, "", kNoBody, revoke_invite},
    {post, "/api/v1/programs/{program_id}/partners/{partner_id}/approve", kUser, "", kNoBody, approve_in_program},
    {post, "/api/v1/programs/{program_id}/partners/{partner_id}/reject", kUser, "", kNoBody, reject_in_program},
    {post, "/api/v1/programs/{program_id}/partners/{partner_id}/suspend", kUser, "", kNoBody, suspend_in_program},
    {post, "/api/v1/programs/{program_id}/partners/{partner_id}/reactivate", kUser, "", kNoBody, reactivate_in_program},
    {post, "/api/v1/programs/{program_id}/partners/{partner_id}/remove", kUser, "", kNoBody, remove_from_program},
    {get, "/api/v1/partners", kUser, "", kNoBody, list_partners},
    {post, "/api/v1/partners", kUser, "", kJson, new_partner},
    {get, "/api/v1/partners/{partner_id}", kUser, "", kNoBody, show_partner},
    {patch, "/api/v1/partners/{partner_id}", kUser, "", kJson, change_partner},
    {post, "/api/v1/partners/{partner_id}/suspend", kUser, "", kNoBody, suspend_partner},
    {post, "/api/v1/partners/{partner_id}/reactivate", kUser, "", kNoBody, reactivate_partner},
    {post, "/api/v1/partners/{partner_id}/erase", kUser, "", kNoBody, erase_partner},
    {get, "/api/v1/applications", kUser, "", kNoBody, list_applications},
    {post, "/api/v1/applications", kUser, "", kJson, new_application},
    {get, "/api/v1/conversions", kUser, "", kNoBody, list_conversions},
    {get, "/api/v1/conversions/{conversion_id}", kUser, "", kNoBody, show_conversion},
    {post, "/api/v1/conversions/{conversion_id}/approve", kUser, "", kNoBody, approve_conversion},
    {post, "/api/v1/conversions/{conversion_id}/reject", kUser, "", kJson, reject_conversion},
    {post, "/api/v1/conversions/{conversion_id}/restore", kUser, "", kNoBody, restore_conversion},
    {post, "/api/v1/conversions/{conversion_id}/reverse", kUser, "", kJson, reverse_conversion},
    {get, "/api/v1/commissions", kUser, "", kNoBody, list_commissions},
    {get, "/api/v1/commissions/{conversion_id}", kUser, "", kNoBody, show_commission},
    {post, "/api/v1/commissions/{conversion_id}/approve", kUser, "", kNoBody, approve_commission},
    {post, "/api/v1/commissions/{conversion_id}/reject", kUser, "", kJson, reject_commission},
    {post, "/api/v1/commissions/{conversion_id}/reverse", kUser, "", kJson, reverse_commission},
    {get, "/api/v1/payouts", kUser, "", kNoBody, list_all_payouts},
    {post, "/api/v1/payouts", kUser, "", kJson, new_payout},
    {get, "/api/v1/payouts/payable", kUser, "", kNoBody, list_payable},
    {get, "/api/v1/payouts/payable/export", kUser, "", kNoBody, export_payable},
    {get, "/api/v1/payouts/{payout_id}", kUser, "", kNoBody, show_payout},
    {get, "/api/v1/payouts/{payout_id}/export", kUser, "", kNoBody, export_payout},
    {get, "/api/v1/analytics", kUser, "", kNoBody, show_analytics},
    {get, "/api/v1/api-keys", kUser, "", kNoBody, list_keys},
    {post, "/api/v1/api-keys", kUser, "", kJson, new_key},
    {get, "/api/v1/api-keys/{key_id}", kUser, "", kNoBody, show_key},
    {post, "/api/v1/api-keys/{key_id}/rotate", kUser, "", kNoBody, rotate_api_key},
    {del, "/api/v1/api-keys/{key_id}", kUser, "", kNoBody, revoke_api_key},
    {get, "/api/v1/audit-log", kUser, "", kNoBody, list_audit_trail},
    {get, "/api/v1/links", kUser, "", kNoBody, list_all_links},
    {post, "/api/v1/links", kUser, "", kJson, new_link},
    {get, "/api/v1/links/{link_id}", kUser, "", kNoBody, show_link},
    {patch, "/api/v1/links/{link_id}", kUser, "", kJson, change_link},
    {del, "/api/v1/links/{link_id}", kUser, "", kNoBody, remove_link},
    {get, "/api/v1/links/{link_id}/qr", kUser, "", kNoBody, draw_link},
    {get, "/api/v1/promo-codes", kUser, "", kNoBody, list_promo_codes},
    {post, "/api/v1/promo-codes", kUser, "", kJson, new_promo_code},
    {get, "/api/v1/promo-codes/{promo_id}", kUser, "", kNoBody, show_promo_code},
    {patch, "/api/v1/promo-codes/{promo_id}", kUser, "", kJson, change_promo_code},
    {get, "/api/v1/stripe-receiver", kUser, "", kNoBody, show_stripe_receiver},
    {post, "/api/v1/stripe-receiver", kUser, "", kJson, put_stripe_receiver},
    {del, "/api/v1/stripe-receiver", kUser, "", kNoBody, remove_stripe_receiver},
    {post, "/api/v1/stripe-events/{receiver_id}", kAnybody, "", kJson, take_stripe_event},
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
    {get, "/openapi.json", kAnybody, "", kNoBody, show_openapi},
    {get, "/docs", kAnybody, "", kNoBody, show_docs},
    {get, "/docs/ui.js", kAnybody, "", kNoBody, show_docs_script},
    {get, "/docs/ui.css", kAnybody, "", kNoBody, show_docs_style},
};

constexpr AddressLimit kAddressLimits[] = {
    {"/api/v1/auth/", "selgeo-auth", 10},                // SEL-16
    {"/api/v1/stripe-events/", "selgeo-stripe", 3'000},  // a few addresses of Stripe's send for all merchants
    {"/api/v1/", "selgeo-general", 300},                 // SEL-17
};

}  // namespace

std::span<const Route> Selgeo::routes() const { return kRoutes; }
std::span<const AddressLimit> Selgeo::address_limits() const { return kAddressLimits; }

// An access token has two dots, which no key has.
Result<std::optional<Caller>> Selgeo::find_caller(std::string_view credential, WorkerContext& context) const {
  if (!looks_like_access_token(credential)) return DialectApi::find_caller(credential, context);
  if (!context.webhooks.secrets_keys) return std::nullopt;
  return dashboard_caller_of(context.database, access_token_keys(*context.webhooks.secrets_keys), credential,
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
