// Logging in and out, and the profile.
#include <algorithm>

#include "core/actions/erase_user.h"
#include "core/pages/page_routes.h"

namespace footfall::core {
namespace {

constexpr std::size_t kPathBytesMax = 1'000;

// Where a log-in leads: to the page of the portal that was asked for, and nowhere else.
std::string_view path_after_log_in(const PageRequest& request) {
  const std::string_view path = request.sent("to").empty() ? request.asked("to") : request.sent("to");
  const bool is_ours = path.starts_with("/portal/") && path.size() <= kPathBytesMax &&
                       path.find("..") == std::string_view::npos && path.find("//") == std::string_view::npos;
  const bool is_clean = std::ranges::all_of(path, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/?=&_.-~%").find(c) != std::string_view::npos;
  });
  return is_ours && is_clean ? path : std::string_view("/portal");
}

PageAnswer log_in_page(const PageContext& context, std::string_view problem, int status = 200) {
  View view;
  view.texts = {{"title", "Log in"},
                {"problem", std::string(problem)},
                {"email", std::string(context.request.sent("email"))},
                {"to", std::string(path_after_log_in(context.request))}};
  view.flags = {{"has_problem", !problem.empty()}};
  return page(context, "log_in", std::move(view), status);
}

PageAnswer profile_page(const PageContext& context, std::string_view problem, std::string_view done, int status = 200) {
  View view;
  view.texts = {{"title", "Profile"},
                {"name", context.user->name},
                {"problem", std::string(problem)},
                {"done", std::string(done)}};
  view.flags = {{"has_problem", !problem.empty()}, {"is_done", !done.empty()}};
  return page(context, "profile", std::move(view), status);
}

PageAnswer logged_out(const PageContext& context, std::string_view path) {
  PageAnswer answer = see_other(path);
  set_cookie(answer, context.site, kSessionCookie, "", 0);
  return answer;
}

// The page again with what is wrong, when that is the person's to mend. Whose account was deleted while the form was on
// its way is logged out.
Result<PageAnswer> profile_problem(const PageContext& context, const Error& error) {
  if (error.kind == ErrorKind::invalid) return profile_page(context, error.message, {}, 400);
  if (error.kind == ErrorKind::not_found) return logged_out(context, "/portal/log-in");
  return Failure(error);
}

}  // namespace

Result<PageAnswer> show_log_in(PageContext& context) {
  if (context.user) return see_other(path_after_log_in(context.request));
  return log_in_page(context, {});
}

Result<PageAnswer> take_log_in(PageContext& context) {
  const PageRequest& request = context.request;
  auto checked = check_log_in(context.database, request.sent("email"), request.sent("password"), request.address);
  if (!checked) return Failure(checked.error());
  if (checked->outcome == LogInOutcome::too_often) {
    return log_in_page(context, "Too many tries. Please wait a quarter of an hour.", 429);
  }
  if (checked->outcome == LogInOutcome::wrong) {
    return log_in_page(context, "Address and password do not belong together.", 403);
  }
  return logged_in(context, checked->user, path_after_log_in(request));
}

Result<PageAnswer> take_log_out(PageContext& context) {
  if (context.user) {
    if (auto ended = end_session(context.database, context.session_token); !ended) return Failure(ended.error());
  }
  return logged_out(context, "/portal/log-in");
}

Result<PageAnswer> show_profile(PageContext& context) {
  const bool is_changed = context.request.asked("changed") == "yes";
  return profile_page(context, {}, is_changed ? "Your name is changed." : "");
}

Result<PageAnswer> take_name(PageContext& context) {
  auto renamed = rename_user(context.database, *context.user, context.request.sent("name"));
  if (!renamed) return profile_problem(context, renamed.error());
  return see_other("/portal/profile?changed=yes");
}

// All sessions end, and this browser gets a new one.
Result<PageAnswer> take_password(PageContext& context) {
  const PageRequest& request = context.request;
  auto changed =
      change_password(context.database, *context.user, request.sent("old_password"), request.sent("new_password"));
  if (!changed) return profile_problem(context, changed.error());
  context.user = std::move(*changed);
  auto session = start_session(context.database, *context.user, request.address);
  if (!session) return Failure(session.error());
  context.session_token = session->token;
  PageAnswer answer = profile_page(context, {}, "Your password is changed, and all other devices are logged out.");
  set_cookie(answer, context.site, kSessionCookie, session->token, kSessionValid_s);
  return answer;
}

Result<PageAnswer> take_log_out_everywhere(PageContext& context) {
  if (auto ended = log_out_everywhere(context.database, *context.user); !ended) return Failure(ended.error());
  return logged_out(context, "/portal/log-in");
}

Result<PageAnswer> take_deletion(PageContext& context) {
  auto erased = erase_user(context.database, *context.user, context.request.sent("password"));
  if (!erased) return profile_problem(context, erased.error());
  context.user.reset();
  PageAnswer answer =
      message_page(context, 200, "Your account is deleted",
                   "Your name and your address are gone. Your links go on to where they led and credit "
                   "nobody; what you had earned is still in the books of the merchants. What a merchant has "
                   "noted of you without your account is theirs to erase: ask them.");
  set_cookie(answer, context.site, kSessionCookie, "", 0);
  return answer;
}

}  // namespace footfall::core
