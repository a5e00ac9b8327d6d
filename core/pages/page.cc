// Every page goes through page(), which frames it. Whoever comes to have a session goes through logged_in().
#include "core/pages/page.h"

#include "core/actions/note_portal_use.h"
#include "proto/base/bytes.h"
#include "proto/base/crypto.h"
#include "proto/base/logging.h"

namespace footfall::core {
namespace {

std::string_view value_of(const std::map<std::string, std::string, std::less<>>& values, std::string_view name) {
  const auto found = values.find(name);
  return found == values.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace

std::string_view PageRequest::asked(std::string_view name) const { return value_of(query, name); }
std::string_view PageRequest::sent(std::string_view name) const { return value_of(form, name); }

std::string PageContext::form_token() const {
  return to_hex(as_view(hmac_sha256(user ? session_token : visitor_token, "form")));
}

PageAnswer page(const PageContext& context, std::string_view name, View view, int status) {
  view.flags["is_for_creator"] = context.is_for_creator;
  if (context.user && !context.is_for_creator) {
    view.flags["user"] = true;
    view.texts["user_name"] = context.user->name.empty() ? context.user->email : context.user->name;
    view.texts["user_email"] = context.user->email;
  }
  view.flags["sends_mail"] = context.registration.sends_mail;
  view.texts["form_token"] = context.form_token();
  PageAnswer answer;
  answer.status = status;
  if (status == 429) answer.fields = "Retry-After: " + std::to_string(kAttemptWindow_s) + "\r\n";
  answer.body = render_page(name, std::move(view));
  return answer;
}

PageAnswer message_page(const PageContext& context, int status, std::string_view title, std::string_view text,
                        std::string_view link, std::string_view link_text) {
  View view;
  view.texts = {{"title", std::string(title)}, {"text", std::string(text)}};
  if (!link.empty()) view.lists["links"] = {{{{"to", std::string(link)}, {"text", std::string(link_text)}}}};
  return page(context, "message", std::move(view), status);
}

PageAnswer message_page(int status, std::string_view title, std::string_view text) {
  View view;
  view.texts = {{"title", std::string(title)}, {"text", std::string(text)}};
  PageAnswer answer;
  answer.status = status;
  answer.body = render_page("message", std::move(view));
  return answer;
}

Result<PageAnswer> unknown_token_page(PageContext& context, std::string_view text, std::string_view link,
                                      std::string_view link_text) {
  auto allowed = may_attempt(context.database, "token-from", context.request.address, kUnknownTokensPerAddress);
  if (!allowed) return Failure(allowed.error());
  if (!*allowed) {
    return message_page(context, 429, "Too many tries", "Please wait a quarter of an hour before you try again.");
  }
  return message_page(context, 410, "This link is not good any more", text, link, link_text);
}

PageAnswer see_other(std::string_view path) {
  PageAnswer answer;
  answer.status = 303;
  answer.fields = "Location: " + std::string(path) + "\r\n";
  return answer;
}

void note_presence(PageContext& context, const UserRow& user) {
  const PageRequest& request = context.request;
  const wire::Visitor visitor{request.whole_address.view(), request.user_agent, {}};
  auto noted = note_portal_use(context.database, user.id, visitor, request.received_us);
  if (!noted) log_warn_limited("pages.presence.failed", {{"error", noted.error().message}});
}

Result<PageAnswer> logged_in(PageContext& context, const UserRow& user, std::string_view path) {
  if (context.user) {
    if (auto ended = end_session(context.database, context.session_token); !ended) return Failure(ended.error());
  }
  auto session = start_session(context.database, user, context.request.address);
  if (!session) return Failure(session.error());
  note_presence(context, user);
  PageAnswer answer = see_other(path);
  set_cookie(answer, context.site, kSessionCookie, session->token, kSessionValid_s);
  return answer;
}

std::string cookie_name(const Site& site, std::string_view name) {
  return (site.is_https() ? "__Host-" : "") + std::string(name);
}

void set_cookie(PageAnswer& answer, const Site& site, std::string_view name, std::string_view value,
                std::int64_t valid_s) {
  answer.fields += "Set-Cookie: " + cookie_name(site, name) + "=" + std::string(value) +
                   "; Path=/; HttpOnly; SameSite=Lax; Max-Age=" + std::to_string(valid_s) +
                   (site.is_https() ? "; Secure" : "") + "\r\n";
}

}  // namespace footfall::core
