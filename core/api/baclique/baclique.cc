#include "core/api/baclique/baclique.h"

#include "core/api/baclique/handlers.h"
#include "core/api/openapi/handlers.h"

namespace footfall::core::baclique {
namespace {

using enum http::Method;
constexpr auto kKey = Access::secret_key;
constexpr std::string_view kZone = "api";  // BAC-11: one limit for all calls of a key

constexpr Route kRoutes[] = {
    {get, "/v1/campaigns", kKey, kZone, BodyFormat::none, list_campaigns},
    {post, "/v1/campaigns", kKey, kZone, BodyFormat::json, new_campaign},
    {get, "/v1/campaigns/{campaign_id}", kKey, kZone, BodyFormat::none, show_campaign},
    {patch, "/v1/campaigns/{campaign_id}", kKey, kZone, BodyFormat::json, change_campaign},
    {del, "/v1/campaigns/{campaign_id}", kKey, kZone, BodyFormat::none, archive_campaign},
    {get, "/v1/campaigns/{campaign_id}/conversions", kKey, kZone, BodyFormat::none, list_conversions},
    {get, "/v1/campaigns/{campaign_id}/affiliates", kKey, kZone, BodyFormat::none, list_affiliates},
    {post, "/v1/campaigns/{campaign_id}/affiliates", kKey, kZone, BodyFormat::json, invite},
    {del, "/v1/campaigns/{campaign_id}/affiliates/{affiliate_id}", kKey, kZone, BodyFormat::none, remove_affiliate},
    {post, "/v1/campaigns/{campaign_id}/affiliates/{affiliate_id}/approve", kKey, kZone, BodyFormat::none,
     approve_affiliate},
    {post, "/v1/campaigns/{campaign_id}/affiliates/{affiliate_id}/reject", kKey, kZone, BodyFormat::none,
     reject_affiliate},
    {post, "/v1/conversions", kKey, kZone, BodyFormat::json, report_conversion, KeyCheck::with_the_booking},
    {post, "/v1/conversions/{conversion_id}/reject", kKey, kZone, BodyFormat::json_or_form, reject_conversion},
    {post, "/v1/conversions/{conversion_id}/unreject", kKey, kZone, BodyFormat::none, unreject_conversion},
    {get, "/openapi.json", Access::none, "", BodyFormat::none, show_openapi},
    {get, "/docs", Access::none, "", BodyFormat::none, show_docs},
    {get, "/docs/ui.js", Access::none, "", BodyFormat::none, show_docs_script},
    {get, "/docs/ui.css", Access::none, "", BodyFormat::none, show_docs_style},
};

}  // namespace

std::span<const Route> BaClique::routes() const { return kRoutes; }

ApiResponse BaClique::deny(Denial denial, const Route&) const {
  return error_response(dialect(), denial == Denial::wrong_caller_kind ? 403 : 401);
}

std::optional<ApiResponse> BaClique::refuse_caller(const Caller& caller) const {
  if (caller.account.plan == "pro") return std::nullopt;
  return error_response(dialect(), 403, "PRO plan required");
}

}  // namespace footfall::core::baclique
