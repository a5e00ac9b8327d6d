// handle() chooses by host and path, policy() and refusal() by the same rules. Nothing here waits: the directory is
// pinned while requests are handled, and after_requests() hands the clicks of the wake-up to the log.
#include "edge/handlers/router.h"

#include <algorithm>

#include "edge/handlers/cors.h"
#include "edge/handlers/tracking_path.h"
#include "edge/pages/pages.h"

namespace footfall::edge {
namespace {

constexpr std::string_view kJsonType = "application/json";
constexpr std::string_view kHealthPath = "/health";
constexpr int kMisdirected = 421;

void send_health(const http::Request& request, http::Responder& responder) {
  const std::string body = "{\"status\":\"ok\",\"timestamp\":" + std::to_string(request.received_us / 1000) + "}";
  constexpr std::string_view kFields = "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";
  responder.send({.status = 200, .content_type = kJsonType, .extra_fields = kFields, .body = body});
}

// A browser's navigation, not a program's call.
bool asks_for_page(const http::Request& request) {
  return request.field("accept").find("text/html") != std::string_view::npos;
}

http::RefusalText page_refusal(const Pages& pages, const http::Request& request, int status) {
  const Page page = pages.find(request.host, status, request.field("accept-language"));
  return {std::string(kPageType), std::string(page.fields), std::string(page.body)};
}

bool only_reads(http::Method method) { return method == http::Method::get || method == http::Method::head; }

}  // namespace

Router::Router(RouterOptions options, const ClickContext& context, Redirect& redirect, Clicks& clicks,
               http::RequestIds& request_ids, http::Handler& elsewhere)
    : options_(std::move(options)),
      context_(context),
      redirect_(redirect),
      clicks_(clicks),
      request_ids_(request_ids),
      elsewhere_(elsewhere),
      plain_port_(options_.plain_port, context.proxies) {}

void Router::handle(const http::Request& request, http::Responder& responder) {
  if (request.path == kHealthPath && only_reads(request.method)) return send_health(request, responder);
  switch (plain_port_.handle(request, responder)) {
    case PlainPort::Outcome::answered:
      return;
    case PlainPort::Outcome::refused:
      return refuse_plain_http(request, responder);
    case PlainPort::Outcome::not_mine:
      break;
  }
  if (options_.hosts.is_short_link_host(request.host)) {
    pin();
    return redirect_.handle(request, responder);
  }
  switch (classify_tracking_path(request.method, request.path)) {
    case TrackingPath::endpoint:
      pin();
      return clicks_.handle(request, responder);
    case TrackingPath::near_miss:
      return clicks_.handle_near_miss(request, responder);
    case TrackingPath::other:
      break;
  }
  if (only_reads(request.method) && snippet_.handle(request, responder)) return;
  elsewhere_.handle(request, responder);
}

void Router::refuse_plain_http(const http::Request& request, http::Responder& responder) {
  const http::RefusalText text = refusal(request, 403, wire::kHttpsRequired);
  responder.send(
      {.status = 403, .content_type = text.content_type, .extra_fields = text.extra_fields, .body = text.body});
}

http::RoutePolicy Router::policy(http::Method method, std::string_view host, std::string_view path) {
  // A redirect has no use for a body, and browsers give every body of a click a length: refusing chunks there closes a
  // whole class of smuggling (GUARD.md G-8).
  if (options_.hosts.is_short_link_host(host)) return {.body_bytes_max = 0, .chunked_allowed = false};
  if (classify_tracking_path(method, path) != TrackingPath::other)
    return {.body_bytes_max = kClickBodyBytesMax, .chunked_allowed = false};
  return elsewhere_.policy(method, host, path);
}

bool Router::serves(const http::Request& request) {
  const std::string_view host = request.host;
  if (request.path == kHealthPath) return true;  // a load balancer asks by address
  if (options_.hosts.is_short_link_host(host) || options_.hosts.dialect_of(host)) return true;
  return std::ranges::any_of(options_.other_hosts,
                             [host](const std::string& other) { return other == "*" || other == host; });
}

http::RefusalText Router::refusal(const http::Request& request, int status, std::string_view reason) {
  if (options_.hosts.is_short_link_host(request.host)) {
    count_refusal(status);
    return page_refusal(context_.pages.current(), request, status);
  }
  if (status == kMisdirected && only_reads(request.method) && asks_for_page(request)) {
    return page_refusal(context_.pages.current(), request, status);
  }
  if (classify_tracking_path(request.method, request.path) == TrackingPath::endpoint) {
    if (request.method != http::Method::options) count_refusal(status);
    std::string fields(cors_fields());
    fields.append("X-Request-Id: ").append(request_ids_.of(request)).append("\r\n");
    return {std::string(kJsonType), std::move(fields),
            wire::error_body(wire::Dialect::selgeo, status, http::client_message(status, reason))};
  }
  return elsewhere_.refusal(request, status, reason);
}

// What the server gives up after a handler took it (500, 504) was counted there.
void Router::count_refusal(int status) {
  if (status == 500 || status == 504) return;
  context_.probe.received.add();
  context_.probe.refuse(Refusal::http_guard);
}

void Router::pin() {
  if (pinned_) return;
  context_.directory.pin(options_.worker);
  pinned_ = true;
}

void Router::after_requests() {
  if (!pinned_) return;
  context_.directory.unpin(options_.worker);
  pinned_ = false;
  context_.recorder.close();  // may wait for the disk
}

}  // namespace footfall::edge
