#include "core/api/mount.h"

#include "core/actions/authenticate.h"
#include "proto/base/bytes.h"
#include "proto/base/logging.h"

namespace footfall::core {
namespace {

// "application/json; charset=utf-8" → "application/json"
std::string media_type(std::string_view value) {
  return to_lower_ascii(trim(value.substr(0, std::min(value.find(';'), value.size()))));
}

wire::RequestShape shape_of(const Call& call) {
  return {call.host, call.path, call.authorization, !call.api_key_header.empty()};
}

}  // namespace

struct ApiMount::Exchange {
  Call call;
  http::DeferredAnswer answer;
  wire::Dialect dialect = wire::Dialect::none;
  std::int64_t started_us = 0;
};

ApiMount::ApiMount(MountOptions options, std::vector<std::unique_ptr<Tongue>> tongues, Pool& pool, ClickWaiter& waiter,
                   const Clock& clock, Metrics& metrics)
    : options_(std::move(options)), pool_(pool), waiter_(waiter), clock_(clock) {
  for (auto& tongue : tongues) tongues_.at(static_cast<std::size_t>(tongue->dialect())) = std::move(tongue);
  for (std::size_t d = 1; d < tongues_.size(); ++d) {
    const std::string name(wire::dialect_name(static_cast<wire::Dialect>(d)));
    for (std::size_t status_class = 1; status_class <= 5; ++status_class) {
      answers_[d][status_class] =
          &metrics.counter("footfall_api_answers_total", "Answers to API calls, by dialect and class of status",
                           {{"dialect", name}, {"class", std::to_string(status_class) + "xx"}});
    }
    seconds_[d] =
        &metrics.histogram("footfall_api_call_seconds", "From the call's arrival to its answer",
                           {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5}, {{"dialect", name}});
  }
}

ApiMount::~ApiMount() = default;

void ApiMount::handle(const http::Request& request, http::Responder& responder) {
  const http::Caller caller = http::tell_caller(request, options_.trusted_proxies);
  auto exchange = std::make_shared<Exchange>();
  Call& call = exchange->call;
  call.method = request.method;
  call.path = request.path;
  call.query = request.query;
  call.body = request.body;
  call.host = request.host;
  call.content_type = media_type(request.field("Content-Type"));
  call.authorization = request.field("Authorization");
  call.api_key_header = trim(request.field("X-API-Key"));
  call.request_id = request_ids_.of(request);
  call.client = caller.address;
  call.secure = !caller.came_in_the_clear();
  call.received_us = request.received_us;
  exchange->started_us = clock_.steady_us();
  exchange->answer = responder.defer();
  enqueue(exchange);
}

void ApiMount::enqueue(const std::shared_ptr<Exchange>& exchange) {
  if (pool_.submit([this, exchange](Desk& desk) { work_on(exchange, desk); })) return;
  // The key's record cannot be asked without a worker: host and shape alone choose the form of this 503.
  if (exchange->dialect == wire::Dialect::none) {
    exchange->dialect = wire::tell_dialect(options_.hosts, shape_of(exchange->call));
  }
  finish(exchange, refuse_for_now(exchange->dialect));
}

wire::Dialect ApiMount::choose_dialect(const Call& call, Desk& desk) const {
  if (auto configured = options_.hosts.dialect_of(call.host)) return *configured;
  const std::vector<std::string> keys = presented_keys(call.authorization, call.api_key_header);
  for (const std::string& key : keys) {
    auto known = dialect_of_key(desk.database, key);
    if (known && *known) return **known;
  }
  if (keys.empty()) {
    for (const auto& tongue : tongues_) {
      if (tongue && tongue->recognises(call)) return tongue->dialect();
    }
  }
  return wire::tell_dialect(options_.hosts, shape_of(call));
}

void ApiMount::work_on(const std::shared_ptr<Exchange>& exchange, Desk& desk) {
  if (exchange->dialect == wire::Dialect::none) exchange->dialect = choose_dialect(exchange->call, desk);
  const std::unique_ptr<Tongue>& tongue = tongues_.at(static_cast<std::size_t>(exchange->dialect));
  if (!tongue) {
    finish(exchange, refuse(exchange->dialect, 404));
    return;
  }
  const Answer answer = tongue->answer(exchange->call, desk);
  if (!answer.wait_for) {
    finish(exchange, answer);
    return;
  }
  FOOTFALL_CHECK(exchange->call.click_wait == ClickWait::not_asked);
  waiter_.wait_for(*answer.wait_for, [this, exchange](ClickWait outcome) {
    exchange->call.click_wait = outcome;
    enqueue(exchange);
  });
}

void ApiMount::finish(const std::shared_ptr<Exchange>& exchange, const Answer& answer) {
  const auto dialect = static_cast<std::size_t>(exchange->dialect);
  answers_.at(dialect).at(static_cast<std::size_t>(answer.status / 100))->add();
  seconds_.at(dialect)->observe(static_cast<double>(clock_.steady_us() - exchange->started_us) / 1e6);
  std::string fields = answer.extra_fields;
  fields.append("X-Request-Id: ").append(exchange->call.request_id).append("\r\n");
  if (answer.status >= 400) {
    log_debug("api.refused", {{"request_id", exchange->call.request_id},
                              {"dialect", wire::dialect_name(exchange->dialect)},
                              {"status", answer.status},
                              {"path", exchange->call.path}});
  }
  http::Response response;
  response.status = answer.status;
  response.content_type = answer.body.empty() ? std::string_view() : std::string_view(answer.content_type);
  response.extra_fields = fields;
  response.body = answer.body;
  exchange->answer.send(response);
}

void ApiMount::refusal(const http::Request& request, int status, std::string_view, std::string& content_type,
                       std::string& extra_fields, std::string& body) const {
  const wire::Dialect dialect = wire::tell_dialect(
      options_.hosts, {request.host, request.path, request.field("Authorization"), request.has_field("X-API-Key")});
  content_type = "application/json; charset=utf-8";
  body = wire::error_body(dialect, status);
  if (status == 503 || status == 504) extra_fields.append("Retry-After: 1\r\n");
}

}  // namespace footfall::core
