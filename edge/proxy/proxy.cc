// handle() takes the right to answer later, copies the request into what the client sends (forward.h), and keeps what
// is needed for the answer in a Pending: dialect or page, request id, time. When the client is done, finish() passes
// core's answer on, or sends a page or the error body of that dialect. The handler and the client run on the same
// thread.
#include "edge/proxy/proxy.h"

#include <optional>
#include <utility>

#include "edge/proxy/forward.h"
#include "proto/wire/page_paths.h"

namespace footfall::edge {
namespace {

constexpr std::string_view kJsonType = "application/json";
const std::vector<double> kSecondsBounds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};

// Of an answer that is the edge's own: core's answers bring theirs.
std::string error_fields(std::string_view request_id) {
  return std::string("Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nX-Request-Id: ")
      .append(request_id)
      .append("\r\n");
}

// A page for a person who asked for one.
struct PageAsked {
  std::string host, languages;
};

// What must be known of a request after its buffer is gone.
struct Pending {
  http::DeferredAnswer answer;
  wire::Dialect dialect;
  std::optional<PageAsked> page;  // none: a program asked, and is answered in its dialect
  std::string request_id;
  std::int64_t begun_us;
  const PageStore& pages;
};

std::string page_fields(const Page& page, std::string_view request_id) {
  return std::string(page.fields).append("X-Request-Id: ").append(request_id).append("\r\n");
}

void send_page(Pending& pending, int status) {
  const Page page = pending.pages.current().find(pending.page->host, status, pending.page->languages);
  const std::string fields = page_fields(page, pending.request_id) + "Retry-After: 5\r\n";
  pending.answer.send({.status = status, .content_type = kPageType, .extra_fields = fields, .body = page.body});
}

void send_error(Pending& pending, int status) {
  if (pending.page) return send_page(pending, status);
  std::string fields = error_fields(pending.request_id);
  if (status == 503) fields += "Retry-After: 1\r\n";
  const std::string body = wire::error_body(pending.dialect, status);
  pending.answer.send({.status = status, .content_type = kJsonType, .extra_fields = fields, .body = body});
}

void finish(Pending& pending, const Result<http::ClientResponse>& response, const ProxyProbe& probe) {
  if (response) {
    const std::string fields = make_client_fields(*response, pending.request_id);
    pending.answer.send({.status = response->status,
                         .content_type = response->content_type,
                         .extra_fields = fields,
                         .body = response->body,
                         .head_length = response->length});
  } else if (response.error().kind != ErrorKind::unavailable) {
    probe.bad_answers.add();
    send_error(pending, 502);
  } else if (response.error().code == "timeout") {
    probe.late.add();
    send_error(pending, 504);
  } else {
    probe.unavailable.add();
    send_error(pending, 503);
  }
}

Counter& errors(Metrics& metrics, std::string reason) {
  return metrics.counter("footfall_edge_proxy_errors_total", "Requests for core that the edge had to answer itself",
                         {{"reason", std::move(reason)}});
}

}  // namespace

ProxyProbe::ProxyProbe(Metrics& metrics)
    : requests(metrics.counter("footfall_edge_proxy_requests_total", "Requests passed on to core")),
      unavailable(errors(metrics, "unavailable")),
      late(errors(metrics, "timeout")),
      bad_answers(errors(metrics, "bad_answer")),
      seconds(metrics.histogram("footfall_edge_proxy_request_duration_seconds",
                                "From the request's end to core's answer", kSecondsBounds)) {}

Proxy::Proxy(const wire::HostMap& hosts, const http::TrustedProxies& proxies, http::RequestIds& request_ids,
             const Clock& clock, const ProxyProbe& probe, const PageStore& pages)
    : hosts_(hosts), proxies_(proxies), request_ids_(request_ids), clock_(clock), probe_(probe), pages_(pages) {}

wire::Dialect Proxy::dialect_of(const http::Request& request) const {
  return wire::classify_dialect(hosts_, {.host = request.host,
                                         .path = request.path,
                                         .authorization = request.field("authorization"),
                                         .has_api_key_header = request.has_field("x-api-key")});
}

void Proxy::handle(const http::Request& request, http::Responder& responder) {
  probe_.requests.add();
  const std::string_view request_id = request_ids_.of(request);
  Pending pending{responder.defer(),       dialect_of(request), std::nullopt,
                  std::string(request_id), clock_.steady_us(),  pages_};
  if (wire::is_page_path(request.path)) {
    pending.page = {std::string(request.host), std::string(request.field("accept-language"))};
  }
  if (core_ == nullptr) {
    probe_.unavailable.add();
    return send_error(pending, 503);
  }
  http::ClientRequest forwarded = make_core_request(request, http::identify_client(request, proxies_), request_id);
  core_->send(std::move(forwarded),
              [this, pending = std::move(pending)](const Result<http::ClientResponse>& response) mutable {
                probe_.seconds.observe(static_cast<double>(clock_.steady_us() - pending.begun_us) / 1e6);
                finish(pending, response, probe_);
              });
}

http::RefusalText Proxy::refusal(const http::Request& request, int status, std::string_view reason) {
  if (wire::is_page_path(request.path)) {
    const Page page = pages_.current().find(request.host, status, request.field("accept-language"));
    return {std::string(kPageType), page_fields(page, request_ids_.of(request)), std::string(page.body)};
  }
  return {std::string(kJsonType), error_fields(request_ids_.of(request)),
          wire::error_body(dialect_of(request), status, http::client_message(status, reason))};
}

}  // namespace footfall::edge
