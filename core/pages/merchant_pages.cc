// Where the links of a merchant's mails lead: /portal/merchant/confirm makes the account that was registered by
// Selgeo's API, /portal/merchant/reset sets a new password. Merchants work with the API and have no pages beside these.
#include "core/actions/dashboard_reset.h"
#include "core/actions/register_merchant.h"
#include "core/pages/page_routes.h"

namespace footfall::core {
namespace {

PageAnswer confirmation_page(const PageContext& context, std::string_view token, std::string_view problem,
                             int status = 200) {
  View view;
  view.texts = {{"title", "Confirm your address"}, {"token", std::string(token)}, {"problem", std::string(problem)}};
  view.flags = {{"has_problem", !problem.empty()}};
  return page(context, "merchant_confirm", std::move(view), status);
}

PageAnswer reset_page(const PageContext& context, std::string_view token, std::string_view problem, int status = 200) {
  View view;
  view.texts = {{"title", "Set a new password"},
                {"token", std::string(token)},
                {"action", "/portal/merchant/reset"},
                {"problem", std::string(problem)}};
  view.flags = {{"has_problem", !problem.empty()}};
  return page(context, "reset", std::move(view), status);
}

Result<PageAnswer> unknown_reset(PageContext& context) {
  return unknown_token_page(
      context, "It works once, and for an hour, and only the newest does. Ask for a new one where you log in.");
}

}  // namespace

Result<PageAnswer> show_merchant_confirmation(PageContext& context) {
  return confirmation_page(context, context.request.asked("token"), {});
}

Result<PageAnswer> take_merchant_confirmation(PageContext& context) {
  const std::string_view token = context.request.sent("token");
  auto user = confirm_registration(context.database, context.registration, token, context.request.sent("password"));
  if (!user && user.error().kind == ErrorKind::not_found) {
    return unknown_token_page(context, "It works once, and for a day, and only the newest does. Register once more.");
  }
  if (!user && user.error().code == "wrong_password") {
    return confirmation_page(context, token, "This is not the password that was chosen.", 403);
  }
  if (!user && user.error().code == "too_often") {
    return confirmation_page(context, token, "Too many tries. Please wait a quarter of an hour.", 429);
  }
  if (!user) return Failure(user.error());
  return message_page(context, 200, "Your account is ready", "Log in where you registered.");
}

Result<PageAnswer> show_merchant_reset(PageContext& context) {
  const std::string_view token = context.request.asked("token");
  auto is_known = is_dashboard_reset(context.database, token);
  if (!is_known) return Failure(is_known.error());
  return *is_known ? Result<PageAnswer>(reset_page(context, token, {})) : unknown_reset(context);
}

Result<PageAnswer> take_merchant_reset(PageContext& context) {
  const PageRequest& request = context.request;
  auto user = finish_dashboard_reset(context.database, request.sent("token"), request.sent("password"));
  if (!user && user.error().kind == ErrorKind::not_found) return unknown_reset(context);
  if (!user && user.error().kind == ErrorKind::invalid) {
    return reset_page(context, request.sent("token"), user.error().message, 400);
  }
  if (!user) return Failure(user.error());
  return message_page(context, 200, "Your password was changed", "Log in with the new one.");
}

}  // namespace footfall::core
