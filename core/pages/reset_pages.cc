// /portal/forgotten asks for a link by mail, /portal/reset?token={token} is where that link leads.
#include "core/actions/password_reset.h"
#include "core/pages/page_routes.h"

namespace footfall::core {
namespace {

PageAnswer form_page(const PageContext& context, std::string_view token, std::string_view problem, int status = 200) {
  View view;
  view.texts = {{"title", "Set a new password"},
                {"token", std::string(token)},
                {"action", "/portal/reset"},
                {"problem", std::string(problem)}};
  view.flags = {{"has_problem", !problem.empty()}};
  return page(context, "reset", std::move(view), status);
}

PageAnswer forgotten_page(const PageContext& context, std::string_view problem, int status = 200) {
  View view;
  view.texts = {{"title", "Forgotten your password?"},
                {"problem", std::string(problem)},
                {"email", std::string(context.request.sent("email"))}};
  view.flags = {{"has_problem", !problem.empty()}};
  return page(context, "forgotten", std::move(view), status);
}

Result<PageAnswer> unknown_page(PageContext& context) {
  return unknown_token_page(context, "It works once, and for an hour, and only the newest does. Ask for a new one.",
                            "/portal/forgotten", "Ask for a new link");
}

}  // namespace

Result<PageAnswer> show_forgotten(PageContext& context) {
  if (context.registration.sends_mail) return forgotten_page(context, {});
  return message_page(context, 404, "Forgotten your password?",
                      "Whoever runs this site can give you a link to set a new one.", "/portal/log-in", "Log in");
}

Result<PageAnswer> take_forgotten(PageContext& context) {
  if (!context.registration.sends_mail) return show_forgotten(context);
  auto asked = request_password_reset(context.database, context.request.sent("email"), context.request.address);
  if (!asked && asked.error().kind == ErrorKind::invalid) {
    return forgotten_page(context, "This is not an e-mail address.", 400);
  }
  if (!asked) return Failure(asked.error());
  if (!*asked) return forgotten_page(context, "Too many tries. Please wait a quarter of an hour.", 429);
  return message_page(context, 200, "Check your mail",
                      "If that address has an account here, a link to set a new password is on its way. It is good for "
                      "an hour. Nothing there after some minutes? Look into your spam folder, too.",
                      "/portal/log-in", "Log in");
}

Result<PageAnswer> show_reset(PageContext& context) {
  const std::string_view token = context.request.asked("token");
  auto is_known = is_password_reset(context.database, token);
  if (!is_known) return Failure(is_known.error());
  return *is_known ? Result<PageAnswer>(form_page(context, token, {})) : unknown_page(context);
}

Result<PageAnswer> take_reset(PageContext& context) {
  const PageRequest& request = context.request;
  auto user = reset_password(context.database, request.sent("token"), request.sent("password"));
  if (!user && user.error().kind == ErrorKind::not_found) return unknown_page(context);
  if (!user && user.error().kind == ErrorKind::invalid) {
    return form_page(context, request.sent("token"), user.error().message, 400);
  }
  if (!user) return Failure(user.error());
  return logged_in(context, *user, "/portal");  // somebody else may have been logged in here
}

}  // namespace footfall::core
