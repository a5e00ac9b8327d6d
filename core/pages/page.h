// One request for a page and its answer, as handlers see them. Nothing of HTTP but method, names and values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/actions/register_merchant.h"
#include "core/actions/users.h"
#include "core/domain/site.h"
#include "core/pages/view.h"
#include "core/storage/database.h"
#include "proto/http/message.h"

namespace footfall::core {

struct PageRequest {
  http::Method method = http::Method::get;
  std::string path;
  std::map<std::string, std::string, std::less<>> query, form, cookies;  // of a name that is repeated, the first
  std::string address;          // of the client; an IPv6 network of 64 bits counts as one
  http::Address whole_address;  // not stored; this and the agent say as which visitor somebody is here
  std::string user_agent;
  bool is_form = false;            // the body is one
  bool is_from_elsewhere = false;  // the browser says that another site sent it
  std::int64_t received_us = 0;

  std::string_view asked(std::string_view name) const;  // of the query; empty: none
  std::string_view sent(std::string_view name) const;   // of the form
};

struct PageAnswer {
  int status = 200;
  std::string body;
  std::string content_type = "text/html; charset=utf-8";
  std::string fields = {};  // complete lines
};

// What a handler works on. The visitor's cookie guards the forms of who is not logged in.
struct PageContext {
  Database& database;
  const Site& site;
  const PageRequest& request;
  const RegistrationSettings& registration;
  std::optional<UserRow> user;  // who is logged in
  std::string session_token;    // theirs
  std::string visitor_token;
  bool is_new_visitor = false;
  bool is_for_creator = false;  // the page is for who runs a campaign: nothing of the portal stands on it

  // What a form must send back in its field `form_token`, and nobody else can know.
  std::string form_token() const;
};

// A page in the frame, with who is logged in and the token of its forms. A 429 says when the limits of tries (users.h)
// forget.
PageAnswer page(const PageContext& context, std::string_view name, View view, int status = 200);
// A page that says what is wrong and what to do about it. `link`: where to go on; empty: nowhere.
PageAnswer message_page(const PageContext& context, int status, std::string_view title, std::string_view text,
                        std::string_view link = {}, std::string_view link_text = {});
// The same for whoever it may be, of whom nothing is known.
PageAnswer message_page(int status, std::string_view title, std::string_view text);
// For a token that is nobody's, or not any more: guesses are counted by the client's network.
Result<PageAnswer> unknown_token_page(PageContext& context, std::string_view text, std::string_view link = {},
                                      std::string_view link_text = {});
PageAnswer see_other(std::string_view path);
// Notes that `user` is here. A failure is logged: no page waits for it.
void note_presence(PageContext& context, const UserRow& user);
// To `path`, with a new session of `user` in this browser. The session that the browser had, if any, ends.
Result<PageAnswer> logged_in(PageContext& context, const UserRow& user, std::string_view path);
void set_cookie(PageAnswer& answer, const Site& site, std::string_view name, std::string_view value,
                std::int64_t valid_s);
std::string cookie_name(const Site& site, std::string_view name);  // "__Host-session" where HTTPS is on
inline constexpr std::string_view kSessionCookie = "session";
inline constexpr std::string_view kVisitorCookie = "visitor";

}  // namespace footfall::core
