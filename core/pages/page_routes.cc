#include "core/pages/page_routes.h"

namespace footfall::core {
namespace {

using enum http::Method;

Result<PageAnswer> asset(std::string_view name, std::string_view type) {
  PageAnswer answer;
  answer.body = template_text(name);
  answer.content_type = type;
  answer.fields = "Cache-Control: public, max-age=300\r\n";
  return answer;
}
Result<PageAnswer> show_style(PageContext&) { return asset("style.css", "text/css; charset=utf-8"); }
Result<PageAnswer> show_script(PageContext&) { return asset("copy.js", "text/javascript; charset=utf-8"); }
Result<PageAnswer> show_icon(PageContext&) { return asset("icon.svg", "image/svg+xml"); }

constexpr PageRoute kRoutes[] = {
    {get, "/c/", false, show_campaign},
    {post, "/c/", false, take_campaign},
    {get, "/portal/join", false, show_join},
    {post, "/portal/join", false, take_join},
    {get, "/portal", true, show_portal},
    {get, "/portal/link", true, show_link},
    {get, "/portal/data.json", true, download_data},
    {get, "/portal/profile", true, show_profile},
    {post, "/portal/profile", true, take_name},
    {post, "/portal/password", true, take_password},
    {post, "/portal/log-out-everywhere", true, take_log_out_everywhere},
    {post, "/portal/delete", true, take_deletion},
    {get, "/portal/log-in", false, show_log_in},
    {post, "/portal/log-in", false, take_log_in},
    {post, "/portal/log-out", false, take_log_out},
    {get, "/portal/forgotten", false, show_forgotten},
    {post, "/portal/forgotten", false, take_forgotten},
    {get, "/portal/reset", false, show_reset},
    {post, "/portal/reset", false, take_reset},
    {get, "/portal/application", false, show_application},
    {post, "/portal/application", false, take_application},
    {get, "/portal/merchant/confirm", false, show_merchant_confirmation},
    {post, "/portal/merchant/confirm", false, take_merchant_confirmation},
    {get, "/portal/merchant/reset", false, show_merchant_reset},
    {post, "/portal/merchant/reset", false, take_merchant_reset},
    {get, "/portal/style.css", false, show_style},
    {get, "/portal/copy.js", false, show_script},
    {get, "/portal/icon.svg", false, show_icon},
};

}  // namespace

std::span<const PageRoute> page_routes() { return kRoutes; }

}  // namespace footfall::core
