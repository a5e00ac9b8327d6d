// Stripe's events, and the receiver that they are sent to. The signature is all that lets Stripe in. What it tells is
// kept and answered with 200 even if it leads to nothing, for telling it again would change nothing; anything else
// makes Stripe try again later.
#include "core/actions/stripe_sales.h"
#include "core/actions/stripe_receivers.h"
#include "core/api/json_output.h"
#include "core/api/selgeo/handlers.h"
#include "core/api/selgeo/responses.h"
#include "core/payments/call_signature.h"
#include "core/payments/stripe_sales.h"
#include "proto/base/logging.h"

namespace footfall::core::selgeo {
namespace {

constexpr std::string_view kNoun = "Stripe receiver";
constexpr std::size_t kSecretCharactersMax = 255;

ApiResponse receiver_response(const Result<StripeReceiver>& receiver, const ApiRequest& request) {
  if (receiver) {
    const StripeReceiverRow& row = receiver->row;
    return json_response({{"id", row.public_id},
                          {"mode", mode_name(row.mode)},
                          {"path", receiver->path()},
                          {"has_signing_secret", !row.sealed_secret.empty()},
                          {"waiting_events", receiver->waiting},
                          {"created_at", iso8601_ms(row.created_us)},
                          {"updated_at", iso8601_ms(row.changed_us)}});
  }
  if (receiver.error().code == "stripe_secret") {
    return validation_response({{"signing_secret", receiver.error().message}});
  }
  return refusal_response(receiver.error(), kNoun, request);
}

ApiResponse refused_event(const StripeReceiverRow& receiver, std::string_view reason, const ApiRequest& request,
                          int status, std::string_view code) {
  log_warn_limited("stripe.event.refused",
                   {{"request_id", request.request_id}, {"receiver", receiver.public_id}, {"reason", reason}});
  return error_response(kSelgeo, status, reason, code);
}

// Stripe shall come again when a receiver has its secret, and with the sales of a merchant who is not active when that
// has changed.
ApiResponse take_event(const StripeReceiverRow& receiver, Caller caller, AdmittedRequest& admitted,
                       WorkerContext& context) {
  const ApiRequest& request = admitted.request;
  if (receiver.sealed_secret.empty()) {
    return refused_event(receiver, "The signing secret of this receiver is not set yet", request, 400,
                         "SIGNATURE_INVALID");
  }
  const auto& keys = context.webhooks.secrets_keys;
  const auto secret =
      keys ? unseal_webhook_secret(*keys, receiver.public_id, receiver.sealed_secret) : std::optional<std::string>();
  if (!secret)
    return failure_response(kSelgeo,
                            Error{ErrorKind::internal, ErrorSource::us, false,
                                  "the secret of a Stripe receiver is sealed with another key"},
                            request);
  auto genuine =
      check_call_signature(request.payment_signature, *secret, request.body, context.clock.wall_us() / 1'000'000);
  if (!genuine) return refused_event(receiver, genuine.error().message, request, 400, "SIGNATURE_INVALID");
  auto sale = read_stripe_sale(request.body, receiver.mode == wire::Mode::live);
  if (!sale) {
    const bool is_of_other_mode = sale.error().kind == ErrorKind::forbidden;
    return refused_event(receiver, sale.error().message, request, is_of_other_mode ? 422 : 400,
                         is_of_other_mode ? "MODE_MISMATCH" : "VALIDATION_ERROR");
  }
  if (!*sale) return json_response({{"received", true}, {"outcome", "ignored"}});
  if (request.click_wait == ClickWait::timed_out) {
    return unavailable_response(kSelgeo, "The click has not been stored yet; retry");
  }
  StripeDelivery delivery;
  delivery.caller = std::move(caller);
  delivery.request_id = request.request_id;
  delivery.received_us = request.received_us;
  delivery.click_settled = request.click_wait == ClickWait::settled;
  delivery.click_may_still_come = request.click_wait == ClickWait::unheard;
  auto taken = take_stripe_sale(context.database, delivery, **sale);
  if (!taken && taken.error().kind == ErrorKind::not_found) return error_response(kSelgeo, 404);
  if (!taken) return failure_response(kSelgeo, taken.error(), request);
  if (taken->wait_for) return wait_for_click(*taken->wait_for);
  return json_response({{"received", true}, {"outcome", taken->outcome}});
}

}  // namespace

ApiResponse take_stripe_event(AdmittedRequest& admitted, WorkerContext& context) {
  auto receiver = find_stripe_receiver(context.database, admitted.parameters[0]);
  if (!receiver) return failure_response(kSelgeo, receiver.error(), admitted.request);
  if (!*receiver) return error_response(kSelgeo, 404);
  auto owner = stripe_receiver_owner(context.database, **receiver);
  if (!owner) return failure_response(kSelgeo, owner.error(), admitted.request);
  return take_event(**receiver, std::move(*owner), admitted, context);
}

ApiResponse show_stripe_receiver(AdmittedRequest& admitted, WorkerContext& context) {
  const Caller& caller = admitted.caller();
  return receiver_response(
      read_stripe_receiver(context.database, caller, caller.account.public_id, caller.acting_mode()), admitted.request);
}

ApiResponse put_stripe_receiver(AdmittedRequest& admitted, WorkerContext& context) {
  FieldReader read(admitted.input, FieldStyle::terse);
  const Caller& caller = admitted.caller();
  StripeReceiverFields fields{caller.account.public_id, caller.acting_mode(), {}};
  fields.signing_secret = read.text("signing_secret", {.characters_max = kSecretCharactersMax});
  if (!read.problems().empty()) return validation_response(read.problems());
  return receiver_response(set_stripe_receiver(context.database, caller, context.webhooks, fields), admitted.request);
}

ApiResponse remove_stripe_receiver(AdmittedRequest& admitted, WorkerContext& context) {
  const Caller& caller = admitted.caller();
  auto removed = delete_stripe_receiver(context.database, caller, caller.account.public_id, caller.acting_mode());
  if (!removed) return refusal_response(removed.error(), kNoun, admitted.request);
  return json_response({{"deleted", true}});
}

}  // namespace footfall::core::selgeo
