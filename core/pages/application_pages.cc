// /portal/application?token={token}: whoever runs a private campaign approves or rejects an affiliate, by the link of a
// mail and without an account. Opening it changes nothing, for mail programs open links by themselves.
#include "core/actions/applications.h"
#include "core/pages/page_routes.h"

namespace footfall::core {
namespace {

Result<PageAnswer> unknown_page(PageContext& context) {
  return unknown_token_page(
      context, "It is good for thirty days. You can still decide by the API, or ask whoever runs this site.");
}

PageAnswer application_page(const PageContext& context, const ApplicationRow& application, std::string_view token,
                            std::string_view status) {
  const std::string& name = application.affiliate_name;
  View view;
  view.texts = {{"title", "Application for " + application.campaign_name},
                {"campaign", application.campaign_name},
                {"account", application.account_name},
                {"name", name.empty() ? application.affiliate_email : name},
                {"email", application.affiliate_email},
                {"token", std::string(token)}};
  view.flags = {{"is_pending", status == "pending"},
                {"is_approved", status == "active"},
                {"is_rejected", status == "rejected"},
                {"is_over", status == "suspended" || status == "removed"}};
  return page(context, "application", std::move(view));
}

}  // namespace

Result<PageAnswer> show_application(PageContext& context) {
  context.is_for_creator = true;
  const std::string_view token = context.request.asked("token");
  auto application = open_application(context.database, token);
  if (!application) return Failure(application.error());
  if (!*application) return unknown_page(context);
  return application_page(context, **application, token, (*application)->status);
}

Result<PageAnswer> take_application(PageContext& context) {
  context.is_for_creator = true;
  const std::string_view token = context.request.sent("token");
  const std::string_view wanted = context.request.sent("decision");
  auto application = open_application(context.database, token);
  if (!application) return Failure(application.error());
  if (!*application) return unknown_page(context);
  if (wanted != "approve" && wanted != "reject") {
    return message_page(context, 400, "Approve or reject?", "Please go back and press one of the two buttons.");
  }
  auto status = decide_by_link(context.database, token, wanted == "approve" ? Decision::approve : Decision::reject);
  if (!status && status.error().kind == ErrorKind::not_found) return unknown_page(context);
  if (!status) return Failure(status.error());
  return application_page(context, **application, token, *status);
}

}  // namespace footfall::core
