// What payment providers tell by calls of their own. The signature is all that lets them in. What they say is kept and
// answered with 200 even if it moves no money, for telling it again would change nothing; anything else makes them try
// again later.
#include "core/actions/payment_notices.h"
#include "core/api/affily/handlers.h"
#include "core/api/affily/responses.h"
#include "core/payments/providers.h"
#include "proto/base/logging.h"

namespace footfall::core::affily {
namespace {

ApiResponse received() { return json_response({{"received", true}}); }

ApiResponse refused_call(std::string_view method, const Error& error, const ApiRequest& request) {
  if (error.kind == ErrorKind::unavailable || error.kind == ErrorKind::internal) {
    return failure_response(kAffily, error, request);
  }
  log_warn_limited("payments.call.refused",
                   {{"request_id", request.request_id}, {"provider", method}, {"reason", error.message}});
  if (error.kind == ErrorKind::not_found) return error_response(kAffily, 404, "Deposit not found");
  if (error.kind == ErrorKind::conflict) return error_response(kAffily, 409, error.message, "conflict");
  return error_response(kAffily, 400, error.message);
}

ApiResponse take_call(std::string_view method, const ApiRequest& request, WorkerContext& context) {
  const PaymentProvider* provider = context.payments.find(method);
  if (!provider) return error_response(kAffily, 404);
  const std::int64_t now_us = context.clock.wall_us();
  auto notice = provider->read_call({request.body, request.payment_signature, now_us});
  if (!notice) return refused_call(method, notice.error(), request);
  if (!*notice) return received();
  const Caller caller = upkeep_caller(std::string(method) + " " + (*notice)->id);
  auto applied = apply_payment_notice(context.database, caller, method, **notice, now_us);
  if (!applied && applied.error().kind == ErrorKind::not_found && is_of_dispute((*notice)->event)) {
    // Of something else that the operator sells, or of a payment of which no notice came: only a person can tell.
    context.payments.count_notice(true);
    log_error("payments.dispute.unknown", {{"provider", method},
                                           {"notice", (*notice)->id},
                                           {"dispute", (*notice)->dispute},
                                           {"payment", (*notice)->payment}});
    return received();
  }
  if (!applied) return refused_call(method, applied.error(), request);
  const bool is_problem = needs_an_operator(applied->outcome);
  context.payments.count_notice(is_problem);
  if (is_problem) {
    log_error("payments.notice.problem", {{"provider", method},
                                          {"notice", (*notice)->id},
                                          {"deposit", applied->deposit},
                                          {"dispute", (*notice)->dispute},
                                          {"payment", (*notice)->payment},
                                          {"outcome", notice_outcome_name(applied->outcome)}});
  }
  return received();
}

}  // namespace

ApiResponse take_stripe_call(AdmittedRequest& admitted, WorkerContext& context) {
  return take_call("stripe", admitted.request, context);
}

ApiResponse take_sunrise_pay_call(AdmittedRequest& admitted, WorkerContext& context) {
  return take_call("sunrise_pay", admitted.request, context);
}

}  // namespace footfall::core::affily
