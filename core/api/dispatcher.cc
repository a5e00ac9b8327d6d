// A request becomes a PendingRequest, which travels from the server's thread to a worker, perhaps to a waiter and back
// to a worker, and is answered on the thread where it ends.
#include "core/api/dispatcher.h"

#include <algorithm>

#include "core/actions/authenticate.h"
#include "core/api/admission.h"
#include "proto/base/bytes.h"
#include "proto/base/logging.h"
#include "proto/http/prefetch.h"

namespace footfall::core {
namespace {

// "application/json; charset=utf-8" → "application/json"
std::string media_type(std::string_view value) {
  return to_lower_ascii(trim(value.substr(0, std::min(value.find(';'), value.size()))));
}

// "application/json; charset=\"UTF-8\"" → "utf-8"; empty: none.
std::string charset_of(std::string_view value) {
  while (!value.empty()) {
    value.remove_prefix(std::min(value.find(';'), value.size() - 1) + 1);
    const std::string_view parameter = trim(value.substr(0, value.find(';')));
    constexpr std::string_view kName = "charset=";
    if (!equal_ignoring_case(parameter.substr(0, kName.size()), kName)) continue;
    std::string_view charset = trim(parameter.substr(kName.size()));
    if (charset.size() >= 2 && charset.starts_with('"') && charset.ends_with('"')) {
      charset = charset.substr(1, charset.size() - 2);
    }
    return to_lower_ascii(charset);
  }
  return {};
}

// A base URL that ends with a slash leaves "//v1/…" behind, a template of ids "/pb/ID/": both mean the path without.
std::string meant_path(std::string_view path) {
  std::string meant;
  for (const char c : path) {
    if (c != '/' || !meant.ends_with('/')) meant += c;
  }
  if (meant.size() > 1 && meant.ends_with('/')) meant.pop_back();
  return meant;
}

constexpr std::string_view kPrivate = "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";

wire::RequestShape request_shape(const ApiRequest& request) {
  return {request.host, request.path, request.authorization, !request.api_key_header.empty()};
}

}  // namespace

struct ApiDispatcher::PendingRequest {
  ApiRequest request;
  http::DeferredAnswer answer;
  std::string first_pass_fields;  // of a request that waited: what its limit had left
  wire::Dialect dialect = wire::Dialect::none;
  std::int64_t started_us = 0;
};

ApiDispatcher::ApiDispatcher(DispatcherOptions options, std::vector<std::unique_ptr<DialectApi>> apis, WorkerPool& pool,
                             Waiters waiters, const Clock& clock, Metrics& metrics)
    : options_(std::move(options)),
      pool_(pool),
      waiter_(waiters.clicks),
      delivery_waiter_(waiters.deliveries),
      clock_(clock) {
  for (auto& api : apis) {
    api->openapi();  // made at start, so that nobody waits for it
    apis_.at(static_cast<std::size_t>(api->dialect())) = std::move(api);
  }
  for (std::size_t d = 1; d < apis_.size(); ++d) {
    const std::string name(wire::dialect_name(static_cast<wire::Dialect>(d)));
    for (std::size_t status_class = 1; status_class <= 5; ++status_class) {
      responses_[d][status_class] =
          &metrics.counter("footfall_api_answers_total", "Answers to API calls, by dialect and class of status",
                           {{"dialect", name}, {"class", std::to_string(status_class) + "xx"}});
    }
    seconds_[d] =
        &metrics.histogram("footfall_api_call_seconds", "From the call's arrival to its answer",
                           {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5}, {{"dialect", name}});
  }
}

ApiDispatcher::~ApiDispatcher() = default;

void ApiDispatcher::handle(const http::Request& request, http::Responder& responder) {
  const http::ClientInfo caller = http::identify_client(request, options_.trusted_proxies);
  auto pending = std::make_shared<PendingRequest>();
  ApiRequest& kept = pending->request;
  kept.method = request.method;
  kept.path = meant_path(request.path);
  kept.query = request.query;
  kept.body = request.body;
  kept.host = request.host;
  kept.content_type = media_type(request.field("Content-Type"));
  kept.charset = charset_of(request.field("Content-Type"));
  kept.user_agent = request.field("User-Agent");
  kept.is_prefetch = std::ranges::any_of(request.fields, http::says_prefetch);
  kept.authorization = request.field("Authorization");
  kept.api_key_header = trim(request.field("X-API-Key"));
  kept.idempotency_key = trim(request.field("Idempotency-Key"));
  kept.payment_signature = request.field("Stripe-Signature");
  if (kept.payment_signature.empty()) kept.payment_signature = request.field("Sunrise-Signature");
  kept.if_none_match = request.field("If-None-Match");
  kept.request_id = request_ids_.of(request);
  kept.client = caller.address;
  kept.secure = !caller.used_plain_http();
  kept.received_us = request.received_us;
  pending->started_us = clock_.steady_us();
  pending->answer = responder.defer();
  enqueue(pending);
}

void ApiDispatcher::enqueue(const std::shared_ptr<PendingRequest>& pending) {
  if (pool_.submit([this, pending](WorkerContext& context) { work_on(pending, context); })) return;
  // The key's record cannot be asked without a worker: host and shape alone choose the form of this 503.
  if (pending->dialect == wire::Dialect::none) {
    pending->dialect = wire::classify_dialect(options_.hosts, request_shape(pending->request));
  }
  finish(pending, unavailable_response(pending->dialect));
}

wire::Dialect ApiDispatcher::choose_dialect(const ApiRequest& request, WorkerContext& context) const {
  const auto configured = options_.hosts.dialect_of(request.host);
  if (configured && *configured != wire::Dialect::none) return *configured;
  const std::vector<std::string> keys = presented_keys(request.authorization, request.api_key_header);
  for (const std::string& key : keys) {
    auto known = dialect_of_key(context.database, key);
    if (known && *known) return **known;
  }
  if (keys.empty()) {
    for (const auto& api : apis_) {
      if (api && api->names_own_field(request)) return api->dialect();
    }
  }
  return wire::classify_dialect(options_.hosts, request_shape(request));
}

void ApiDispatcher::work_on(const std::shared_ptr<PendingRequest>& pending, WorkerContext& context) {
  if (pending->dialect == wire::Dialect::none) pending->dialect = choose_dialect(pending->request, context);
  const DialectApi& api = *apis_.at(static_cast<std::size_t>(pending->dialect));
  const ApiResponse response = answer_request(api, pending->request, context);
  if (!response.wait_for && response.wait_for_delivery.empty()) {
    finish(pending, response);
    return;
  }
  FOOTFALL_CHECK(pending->request.is_first_pass());
  pending->first_pass_fields = response.extra_fields;
  if (response.wait_for) {
    waiter_.wait_for(*response.wait_for, [this, pending](ClickWait outcome) {
      pending->request.click_wait = outcome;
      enqueue(pending);
    });
    return;
  }
  pending->request.awaited_delivery = response.wait_for_delivery;
  delivery_waiter_.wait_for(response.wait_for_delivery, [this, pending] { enqueue(pending); });
}

void ApiDispatcher::finish(const std::shared_ptr<PendingRequest>& pending, const ApiResponse& api_response) {
  const auto dialect = static_cast<std::size_t>(pending->dialect);
  responses_.at(dialect).at(static_cast<std::size_t>(api_response.status / 100))->add();
  seconds_.at(dialect)->observe(static_cast<double>(clock_.steady_us() - pending->started_us) / 1e6);
  std::string fields = pending->first_pass_fields + api_response.extra_fields;
  // What an API says is for its caller alone, and nothing but what its Content-Type says (D-31).
  if (fields.find("Cache-Control:") == std::string::npos) fields.append(kPrivate);
  fields.append("X-Request-Id: ").append(pending->request.request_id).append("\r\n");
  if (api_response.status >= 400) {
    log_debug("api.refused", {{"request_id", pending->request.request_id},
                              {"dialect", wire::dialect_name(pending->dialect)},
                              {"status", api_response.status},
                              {"path", pending->request.path}});
  }
  http::Response response;
  response.status = api_response.status;
  response.content_type = api_response.body.empty() ? std::string_view() : std::string_view(api_response.content_type);
  response.extra_fields = fields;
  response.body = api_response.body;
  pending->answer.send(response);
}

http::RefusalText ApiDispatcher::refusal(const http::Request& request, int status, std::string_view reason) const {
  const wire::Dialect dialect = wire::classify_dialect(
      options_.hosts, {request.host, request.path, request.field("Authorization"), request.has_field("X-API-Key")});
  std::string fields(kPrivate);
  if (status == 503 || status == 504) fields.append("Retry-After: 1\r\n");
  return {"application/json; charset=utf-8", std::move(fields),
          wire::error_body(dialect, status, http::client_message(status, reason))};
}

}  // namespace footfall::core
