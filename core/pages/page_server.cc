// A request is copied on the server's thread, waits in the queue, and is answered by the worker that takes it.
#include "core/pages/page_server.h"

#include <algorithm>

#include "core/pages/page_routes.h"
#include "proto/base/bytes.h"
#include "proto/base/crypto.h"
#include "proto/base/logging.h"
#include "proto/http/limited_network.h"
#include "proto/wire/click.h"
#include "proto/wire/query.h"

namespace footfall::core {
namespace {

constexpr std::size_t kFieldsMax = 100;
constexpr std::size_t kTokenCharacters = 32;
constexpr std::size_t kTokenCharactersMax = 128;
constexpr std::int64_t kVisitorValid_s = 86'400;
constexpr std::string_view kFormType = "application/x-www-form-urlencoded";
constexpr std::string_view kGuard =
    "Content-Security-Policy: default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action "
    "'self'; frame-ancestors 'none'; base-uri 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\nReferrer-Policy: same-origin\r\nX-Robots-Tag: noindex\r\n";
constexpr std::string_view kNoStore = "Cache-Control: no-store\r\n";

using Values = std::map<std::string, std::string, std::less<>>;

Values values_of(std::string_view text) {
  Values values;
  for (auto& [name, value] : wire::decode_query(text, kFieldsMax)) {
    const bool is_text = is_valid_utf8(value) && value.find('\0') == std::string::npos;
    if (is_text) values.emplace(std::move(name), std::move(value));
  }
  return values;
}

// "a=1; b=2"; what is not of our own alphabet is nobody's token.
Values cookies_of(std::string_view text) {
  Values cookies;
  while (!text.empty() && cookies.size() < kFieldsMax) {
    const std::size_t end = std::min(text.find(';'), text.size());
    const std::string_view pair = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    cookies.emplace(std::string(pair.substr(0, equals)), std::string(pair.substr(equals + 1)));
  }
  return cookies;
}

// Browsers name the origin of a form. One of another site must not act for the person who is logged in here. Ours is
// the site of the configuration, and the host that the request names: a proxy in between may have changed that.
bool comes_from_elsewhere(const http::Request& request, const Site& site) {
  const std::string_view origin = request.field("Origin");
  if (!origin.empty()) {
    if (equal_ignoring_case(origin, site.page_url(""))) return false;
    const std::size_t scheme = origin.find("://");
    return scheme == std::string_view::npos || !equal_ignoring_case(origin.substr(scheme + 3), request.host_header);
  }
  const std::string_view sender = request.field("Sec-Fetch-Site");
  return !sender.empty() && sender != "same-origin" && sender != "none";
}

const PageRoute* find_page(const PageRequest& request, bool& is_known) {
  for (const PageRoute& route : page_routes()) {
    const bool is_prefix = route.path.ends_with('/');
    if (is_prefix ? !request.path.starts_with(route.path) : request.path != route.path) continue;
    is_known = true;
    const http::Method method = request.method == http::Method::head ? http::Method::get : request.method;
    if (route.method == method) return &route;
  }
  return nullptr;
}

// A page that was asked for is shown after the log-in; a form that was sent is lost with its session.
std::string log_in_path(const PageRequest& request) {
  if (request.method != http::Method::get || request.path == "/portal") return "/portal/log-in";
  std::string to = request.path;
  char mark = '?';
  for (const auto& [name, value] : request.query) {
    to.append(1, mark).append(percent_encode(name)).append("=").append(percent_encode(value));
    mark = '&';
  }
  return "/portal/log-in?to=" + percent_encode(to);
}

PageAnswer failure_page(const PageContext& context, const Error& error) {
  if (error.kind == ErrorKind::unavailable) {
    log_warn_limited("pages.unavailable", {{"error", error.message}});
    PageAnswer answer = message_page(context, 503, "One moment, please",
                                     "We cannot reach our books right now. Please try again in a minute.");
    answer.fields += "Retry-After: 5\r\n";
    return answer;
  }
  log_error("pages.failed", {{"error", error.message}, {"code", error.code}});
  return message_page(context, 500, "Something went wrong",
                      "It is our fault, and we have been told. Please try again.");
}

PageAnswer busy_page() {
  PageAnswer answer =
      message_page(503, "One moment, please", "Too many people are here at once. Please try again in a moment.");
  answer.fields = "Retry-After: 1\r\n";
  return answer;
}

PageAnswer answer_route(PageContext& context) {
  bool is_known = false;
  const PageRoute* const route = find_page(context.request, is_known);
  if (route == nullptr && is_known) return message_page(context, 405, "This is not possible", "Please go back.");
  if (route == nullptr) {
    return message_page(context, 404, "There is no such page", "The address may be misspelt.", "/portal", "Your links");
  }
  if (context.request.method == http::Method::post) {
    const bool has_token = equal_in_constant_time(context.request.sent("form_token"), context.form_token());
    if (!context.request.is_form || context.request.is_from_elsewhere || !has_token) {
      return message_page(
          context, 403, "This form is too old",
          "You may have logged in or out meanwhile, or your browser keeps no cookies. Go back, load the "
          "page again and send the form once more.");
    }
  }
  if (route->needs_user && !context.user) return see_other(log_in_path(context.request));
  auto answer = route->handler(context);
  return answer ? std::move(*answer) : failure_page(context, answer.error());
}

}  // namespace

PageServer::PageServer(PageServerOptions options, Metrics& metrics)
    : options_(std::move(options)),
      busy_(busy_page()),
      refused_(metrics.counter("footfall_pages_queue_refused_total", "Pages refused because the queue was full")) {
  for (std::size_t status_class = 1; status_class <= 5; ++status_class) {
    answers_[status_class] = &metrics.counter("footfall_pages_answers_total", "Pages answered, by class of status",
                                              {{"class", std::to_string(status_class) + "xx"}});
  }
  for (int number = 0; number < options_.workers; ++number) {
    workers_.emplace_back("pages-" + std::to_string(number), [this, number](const std::stop_token&) { work(number); });
  }
}

PageServer::~PageServer() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_all();
  for (Worker& worker : workers_) worker.join();
}

void PageServer::handle(const http::Request& request, http::Responder& responder) {
  auto asked = std::make_shared<Asked>();
  PageRequest& kept = asked->request;
  kept.method = request.method;
  kept.path = request.path;
  while (kept.path.size() > 1 && kept.path.ends_with('/')) kept.path.pop_back();
  kept.query = values_of(request.query);
  kept.is_form = equal_ignoring_case(request.field("Content-Type").substr(0, kFormType.size()), kFormType);
  if (kept.is_form) kept.form = values_of(request.body);
  kept.cookies = cookies_of(request.field("Cookie"));
  kept.whole_address = http::identify_client(request, options_.trusted_proxies).address;
  kept.address = http::limited_network(kept.whole_address).text();
  kept.user_agent = request.field("User-Agent").substr(0, wire::kUserAgentBytesMax);
  kept.is_from_elsewhere = comes_from_elsewhere(request, options_.site);
  kept.received_us = request.received_us;
  asked->answer = responder.defer();
  {
    const MutexLock lock(mutex_);
    if (!stopping_ && waiting_.size() < kWaitingMax) {
      waiting_.push_back(asked);
      asked.reset();
    }
  }
  if (asked) {
    refused_.add();
    return send(busy_, asked->answer);
  }
  arrived_.notify_one();
}

http::RefusalText PageServer::refusal(int status) {
  const PageAnswer answer =
      status >= 500 ? message_page(status, "One moment, please", "This takes too long. Please try again in a minute.")
                    : message_page(status, "This is not possible",
                                   "Your browser has sent something that we do not accept. Please go back.");
  return {answer.content_type, std::string(kGuard).append(kNoStore), answer.body};
}

void PageServer::work(int number) {
  Database database(options_.postgres_url, "footfall-core pages " + std::to_string(number));
  while (true) {
    std::shared_ptr<Asked> asked;
    {
      MutexLock lock(mutex_);
      arrived_.wait(lock, [this] {
        mutex_.assert_held();
        return stopping_ || !waiting_.empty();
      });
      if (waiting_.empty()) return;
      asked = std::move(waiting_.front());
      waiting_.pop_front();
    }
    try {
      send(answer(database, asked->request), asked->answer);
    } catch (const std::exception& error) {  // what it left unanswered is answered with 500
      database.disconnect();
      log_error("pages.threw", {{"path", asked->request.path}, {"what", error.what()}});
    }
  }
}

PageAnswer PageServer::answer(Database& database, const PageRequest& request) const {
  PageContext context{database, options_.site, request, options_.registration, std::nullopt, {}, {}, false};
  const auto cookie = [&](std::string_view name) {
    const auto found = request.cookies.find(cookie_name(options_.site, name));
    const bool is_plausible = found != request.cookies.end() && found->second.size() <= kTokenCharactersMax;
    return is_plausible ? found->second : std::string();
  };
  context.session_token = cookie(kSessionCookie);
  context.visitor_token = cookie(kVisitorCookie);
  if (context.visitor_token.size() < kTokenCharacters) {
    context.visitor_token = random_token(kTokenCharacters);
    context.is_new_visitor = true;
  }
  auto user = user_of_session(database, context.session_token);
  if (!user) return failure_page(context, user.error());
  context.user = std::move(*user);
  PageAnswer answer = answer_route(context);
  if (context.user) note_presence(context, *context.user);
  if (context.is_new_visitor && !context.user && answer.content_type.starts_with("text/html")) {
    set_cookie(answer, options_.site, kVisitorCookie, context.visitor_token, kVisitorValid_s);
  }
  return answer;
}

void PageServer::send(const PageAnswer& answer, http::DeferredAnswer& to) const {
  answers_.at(static_cast<std::size_t>(answer.status / 100))->add();
  std::string fields = answer.fields;
  fields += kGuard;
  if (fields.find("Cache-Control:") == std::string::npos) fields += kNoStore;
  http::Response response;
  response.status = answer.status;
  response.content_type = answer.body.empty() ? std::string_view() : std::string_view(answer.content_type);
  response.extra_fields = fields;
  response.body = answer.body;
  to.send(response);
}

}  // namespace footfall::core
