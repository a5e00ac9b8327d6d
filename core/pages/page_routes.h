// The pages, as a table of method, path and handler.
#pragma once

#include <span>
#include <string_view>

#include "core/pages/page.h"
#include "proto/base/result.h"

namespace footfall::core {

using PageHandler = Result<PageAnswer> (*)(PageContext& context);

struct PageRoute {
  http::Method method;    // get serves HEAD, too
  std::string_view path;  // one that ends with a slash stands for everything below it
  bool needs_user;        // others are led to the log-in
  PageHandler handler;
};
std::span<const PageRoute> page_routes();

// core/pages/campaign_pages.cc
Result<PageAnswer> show_campaign(PageContext& context);
Result<PageAnswer> take_campaign(PageContext& context);
// core/pages/invitation_pages.cc
Result<PageAnswer> show_invitation(PageContext& context);
Result<PageAnswer> take_invitation(PageContext& context);
Result<PageAnswer> show_join(PageContext& context);
Result<PageAnswer> take_join(PageContext& context);
// core/pages/account_pages.cc
Result<PageAnswer> show_log_in(PageContext& context);
Result<PageAnswer> take_log_in(PageContext& context);
Result<PageAnswer> take_log_out(PageContext& context);
Result<PageAnswer> show_profile(PageContext& context);
Result<PageAnswer> take_name(PageContext& context);
Result<PageAnswer> take_password(PageContext& context);
Result<PageAnswer> take_log_out_everywhere(PageContext& context);
Result<PageAnswer> take_deletion(PageContext& context);
// core/pages/reset_pages.cc
Result<PageAnswer> show_forgotten(PageContext& context);
Result<PageAnswer> take_forgotten(PageContext& context);
Result<PageAnswer> show_reset(PageContext& context);
Result<PageAnswer> take_reset(PageContext& context);
// core/pages/application_pages.cc
Result<PageAnswer> show_application(PageContext& context);
Result<PageAnswer> take_application(PageContext& context);
// core/pages/merchant_pages.cc
Result<PageAnswer> show_merchant_confirmation(PageContext& context);
Result<PageAnswer> take_merchant_confirmation(PageContext& context);
Result<PageAnswer> show_merchant_reset(PageContext& context);
Result<PageAnswer> take_merchant_reset(PageContext& context);
// core/pages/portal_pages.cc
Result<PageAnswer> show_portal(PageContext& context);
Result<PageAnswer> show_link(PageContext& context);
Result<PageAnswer> download_data(PageContext& context);

}  // namespace footfall::core
