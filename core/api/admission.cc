// Each step returns a response when it turns the request away, and none when the request may go on. What a request has
// passed so far is collected in an AdmittedRequest, which the handler gets in the end.
//
// A request that waits, for its click or for a ping, comes here twice. Its second pass repeats every check but counts
// nothing. A handler that was called for a remembered caller (KeyCheck) and did not confirm it has had no effect; the
// request is then admitted again with the key looked up, and what the handler answers to that is the response.
#include "core/api/admission.h"

#include <exception>

#include "core/actions/postbacks.h"
#include "proto/base/logging.h"
#include "proto/http/limited_network.h"

namespace footfall::core {
namespace {

using Refusal = std::optional<ApiResponse>;  // none: the request may go on

// What every dialect serves of its own description (openapi/handlers.h), one limit for all of it.
constexpr AddressLimit kLimitsOfAll[] = {
    {"/openapi.json", "descriptions", 300},
    {"/docs", "descriptions", 300},
};

class Admission {
 public:
  Admission(const DialectApi& api, const ApiRequest& request, WorkerContext& context)
      : api_(api), request_(request), context_(context) {}

  ApiResponse answer();

 private:
  Refusal count(std::string_view zone, std::string_view subject, std::int64_t limit);
  Refusal count_address();
  Refusal count_stranger();
  Refusal find_endpoint(AdmittedRequest& admitted);
  Refusal authenticate(AdmittedRequest& admitted);
  Result<std::optional<Caller>> find_caller(std::string_view credential, AdmittedRequest& admitted);
  ApiResponse admit_and_call(AdmittedRequest& admitted, const RouteMatch& match);
  ApiResponse answer_admitted(AdmittedRequest& admitted, const RouteMatch& match);
  ApiResponse call_handler(AdmittedRequest& admitted);

  const DialectApi& api_;
  const ApiRequest& request_;
  WorkerContext& context_;
  std::optional<LimitVerdict> key_limit_;
  bool may_remember_ = true;
};

Access access_of(const Caller& caller) {
  switch (caller.kind) {
    case CallerKind::api_key:
      return caller.key_kind == KeyKind::secret_key ? Access::secret_key : Access::public_key;
    case CallerKind::dashboard_user:
      return Access::dashboard_user;
    case CallerKind::affiliate:
      return Access::affiliate;
    case CallerKind::callback_endpoint:
      return Access::callback_endpoint;
    case CallerKind::invited:
    case CallerKind::operator_:
    case CallerKind::upkeep:
      break;
  }
  return Access::none;
}

Refusal Admission::count(std::string_view zone, std::string_view subject, std::int64_t limit) {
  if (!request_.is_first_pass()) return std::nullopt;
  const LimitVerdict verdict = context_.limiter.take(zone, subject, limit);
  if (!verdict.allowed) return limited_response(api_.dialect(), verdict, context_.clock);
  key_limit_ = verdict;
  return std::nullopt;
}

Refusal Admission::count_address() {
  const std::span<const AddressLimit> tables[] = {kLimitsOfAll, api_.address_limits()};
  for (const auto& table : tables) {
    for (const AddressLimit& limit : table) {
      if (!request_.path.starts_with(limit.path_prefix)) continue;
      Refusal refusal = count(limit.zone, http::limited_network(request_.client).text(), limit.per_minute);
      key_limit_.reset();
      return refusal;
    }
  }
  return std::nullopt;
}

Refusal Admission::count_stranger() {
  Refusal refusal = count("strangers", http::limited_network(request_.client).text(), kStrangersPerMinute);
  key_limit_.reset();
  return refusal;
}

Refusal Admission::find_endpoint(AdmittedRequest& admitted) {
  auto endpoint = find_postback(context_.database, admitted.parameters[0]);
  if (!endpoint) return failure_response(api_.dialect(), endpoint.error(), request_);
  if (!*endpoint) return error_response(api_.dialect(), 404);
  admitted.endpoint = std::move(**endpoint);
  return std::nullopt;
}

Result<std::optional<Caller>> Admission::find_caller(std::string_view credential, AdmittedRequest& admitted) {
  if (admitted.route.key_check == KeyCheck::at_once) return api_.find_caller(credential, context_);
  if (may_remember_) {
    if (const auto known = context_.known_callers.find(api_.dialect(), credential)) {
      admitted.caller_is_remembered = true;
      return *known;
    }
  }
  auto caller = api_.find_caller(credential, context_);
  if (!caller) return caller;
  // A public key opens none of these routes, and its refusal must not outlive it (SE-17).
  if (*caller && (*caller)->kind == CallerKind::api_key && (*caller)->key_kind == KeyKind::secret_key) {
    context_.known_callers.remember(credential, **caller);
  } else {
    context_.known_callers.forget(credential);
  }
  return caller;
}

Refusal Admission::authenticate(AdmittedRequest& admitted) {
  const Route& route = admitted.route;
  const std::string credential = api_.presented_credential(request_, admitted.input);
  std::string_view zone = route.zone;
  if (admitted.endpoint) {
    zone = api_.callback_zone(*admitted.endpoint);
    if (admitted.endpoint->key_less && credential.empty()) {
      auto owner = endpoint_owner(context_.database, *admitted.endpoint);
      if (!owner) return failure_response(api_.dialect(), owner.error(), request_);
      if (!*owner) return error_response(api_.dialect(), 404);
      admitted.asking = std::move(**owner);
      return count(zone, "endpoint:" + admitted.endpoint->public_id, admitted.caller().limit(zone));
    }
  }
  if (!credential.empty()) {
    auto caller = find_caller(credential, admitted);
    if (!caller) return failure_response(api_.dialect(), caller.error(), request_);
    admitted.asking = std::move(*caller);
  }
  if (!admitted.asking) {
    if (Refusal refusal = count_stranger()) return refusal;
    return api_.deny(credential.empty() ? Denial::no_credential : Denial::wrong_credential, route);
  }
  // An endpoint that needs a key needs a secret one, of its own account: of another, it is not found.
  const Access access = admitted.endpoint ? Access::secret_key : route.access;
  if (!allows(access, access_of(admitted.caller()))) {
    if (Refusal refusal = count_stranger()) return refusal;
    return api_.deny(Denial::wrong_caller_kind, route);
  }
  if (!zone.empty() && may_remember_) {
    if (Refusal refusal = count(zone, admitted.caller().public_id, admitted.caller().limit(zone))) return refusal;
  }
  if (admitted.endpoint && admitted.caller().account.id != admitted.endpoint->account) {
    return error_response(api_.dialect(), 404);
  }
  return std::nullopt;
}

ApiResponse Admission::call_handler(AdmittedRequest& admitted) {
  // A GET that books is for programs. Browsers that fetch ahead and agents that look at links book nothing (FC-7).
  const bool books_by_get = request_.method == http::Method::get && admitted.route.effect_of_get == Effect::writes;
  if (books_by_get && (request_.is_prefetch || context_.looks_at_links(request_.user_agent))) {
    return error_response(api_.dialect(), 403, "A prefetch or a preview books nothing", "FORBIDDEN");
  }
  if (const std::string_view problem = admitted.input.media_type_problem(); !problem.empty()) {
    return error_response(api_.dialect(), 415, problem);
  }
  return admitted.route.handler(admitted, context_);
}

ApiResponse Admission::answer_admitted(AdmittedRequest& admitted, const RouteMatch& match) {
  if (admitted.asking) {
    if (auto refusal = api_.refuse_caller(*admitted.asking)) return std::move(*refusal);
  }
  if (match.ill_typed != nullptr) {
    return error_response(api_.dialect(), 404, std::string(match.ill_typed->noun) + " not found");
  }
  return call_handler(admitted);
}

ApiResponse Admission::admit_and_call(AdmittedRequest& admitted, const RouteMatch& match) {
  if (match.route->access != Access::none) {
    if (Refusal refusal = authenticate(admitted)) return std::move(*refusal);
  }
  ApiResponse response = answer_admitted(admitted, match);
  if (admitted.caller_is_remembered) {
    may_remember_ = false;
    RequestInput input(request_, match.route->body);
    AdmittedRequest again{api_, request_, *match.route, match.parameters, input, std::nullopt, std::nullopt};
    return admit_and_call(again, match);
  }
  if (api_.shows_limits() && key_limit_) add_limit_fields(response, *key_limit_, context_.clock);
  return response;
}

ApiResponse Admission::answer() {
  const RouteMatch match = find_route(api_.routes(), request_.method, request_.path);
  // A redirect to HTTPS is no answer: a redirected POST loses its body, and the key has been seen already (SE-18).
  if (!request_.secure && api_.requires_https()) {
    return error_response(api_.dialect(), 403, wire::kHttpsRequired);
  }
  const bool is_limited_by_key = match.route != nullptr && match.route->access != Access::none &&
                                 (!match.route->zone.empty() || match.route->access == Access::callback_endpoint);
  if (!is_limited_by_key) {
    if (Refusal refusal = count_address()) return std::move(*refusal);
  }
  if (match.route == nullptr) {
    ApiResponse response = error_response(api_.dialect(), match.allowed.empty() ? 404 : 405);
    if (!match.allowed.empty()) add_field(response, "Allow", match.allowed);
    return response;
  }
  RequestInput input(request_, match.route->body);
  AdmittedRequest admitted{api_, request_, *match.route, match.parameters, input, std::nullopt, std::nullopt};
  if (match.route->access != Access::callback_endpoint) return admit_and_call(admitted, match);
  if (Refusal refusal = find_endpoint(admitted)) return std::move(*refusal);
  ApiResponse response = admit_and_call(admitted, match);
  // One that waits is logged after its wait. One beyond a limit is not logged: limits bound the log, too.
  if (!response.wait_for && response.status != 429) api_.log_callback(admitted, response, context_);
  return response;
}

}  // namespace

ApiResponse answer_request(const DialectApi& api, const ApiRequest& request, WorkerContext& context) {
  try {
    return Admission(api, request, context).answer();
  } catch (const std::exception& error) {
    context.database.disconnect();  // with a transaction that it may have left open
    log_error("api.threw", {{"request_id", request.request_id}, {"path", request.path}, {"what", error.what()}});
    return error_response(api.dialect(), 500);
  }
}

}  // namespace footfall::core
