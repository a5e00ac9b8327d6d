// A deposit is asked for with the key; whoever has its payment_url may see its page, for the deposit's id is too long
// to guess and stands in no list but the advertiser's own. The page itself pays nothing except in the sandbox: an
// operator confirms what was transferred (footfall-core deposit confirm), and a payment provider what was paid on its
// own page (payment_calls.cc). Such a page is made before the deposit is stored: when the provider is away, nothing is
// left behind, and what it made for a deposit that then could not be stored is known to nobody and expires.
#include "core/actions/deposits.h"

#include "core/actions/deposit_page.h"
#include "core/actions/reading/deposits.h"
#include "core/api/affily/checkout_page.h"
#include "core/api/affily/handlers.h"
#include "core/api/affily/responses.h"
#include "core/payments/providers.h"
#include "proto/base/clock.h"

namespace footfall::core::affily {
namespace {

constexpr std::size_t kReturnUrlCharactersMax = 2'048;
constexpr std::string_view kActions[] = {"pay", "cancel"};

// Who looks at the page or pays on it is nobody that we know; the address is what lets them.
Caller page_caller() { return upkeep_caller("the checkout page"); }

// Under the host that the call was made to, which is one of Affily's, or one where the path alone says so.
std::string own_page_url(const ApiRequest& request, const Site& site, const DepositRow& deposit) {
  return checkout_url(site, request.host, deposit);
}

ApiResponse refused(const Error& error, const ApiRequest& request) {
  if (error.kind == ErrorKind::invalid) return field_response(422, error.code, error.message);
  if (error.code == "too_many_deposits") return error_with_details(422, {{"reason", error.code}}, error.message);
  return failure_response(kAffily, error, request);
}

// Who takes the money of this deposit on a page of its own. Null: it is paid on ours.
const PaymentProvider* provider_of(const DepositRow& deposit, const WorkerContext& context) {
  if (!is_for_provider(deposit, context.deposits.sandbox)) return nullptr;
  return context.payments.find(deposit.method);
}

Result<void> open_session(DepositRow& deposit, const PaymentProvider& provider, const ApiRequest& request,
                          const WorkerContext& context) {
  auto session =
      context.payments.open_session(provider, payment_order(deposit, own_page_url(request, context.site, deposit)));
  if (!session) return Failure(session.error());
  deposit.session = session->reference;
  deposit.payment_url = session->url;
  return {};
}

ApiResponse provider_failed(const Error& error, const ApiRequest& request) {
  if (error.kind == ErrorKind::invalid) return refused(error, request);
  const bool is_away = error.kind == ErrorKind::unavailable;
  ApiResponse response = error_with_details(
      is_away ? 503 : 502, {{"reason", is_away ? "payment_provider_unavailable" : "payment_provider_refused"}},
      is_away ? "The payment provider does not answer at the moment. No deposit was made; please try again"
              : "The payment provider refused the payment. No deposit was made");
  if (is_away) add_field(response, "Retry-After", "10");
  return response;
}

bool can_pay_here(const DepositRow& deposit, const DepositSettings& settings) {
  return !is_for_provider(deposit, settings.sandbox) && !deposit.session &&
         (deposit.method == "stripe" || deposit.method == "sunrise_pay");
}

PaymentWay payment_way(const DepositRow& deposit, const DepositSettings& settings, bool from_provider) {
  if (deposit.session) return from_provider ? PaymentWay::awaited : PaymentWay::provider;
  return can_pay_here(deposit, settings) ? PaymentWay::sandbox : PaymentWay::transfer;
}

ApiResponse page(const DepositRow& deposit, const WorkerContext& context, int status = 200,
                 bool from_provider = false) {
  const CheckoutState state = checkout_state(deposit, context.clock.wall_us());
  const PaymentWay way = payment_way(deposit, context.deposits, from_provider);
  ApiResponse response;
  response.status = status;
  response.content_type = "text/html; charset=utf-8";
  response.body = checkout_page(deposit, state, context.deposits, way);
  response.extra_fields = checkout_fields(deposit);
  if (state == CheckoutState::open && way == PaymentWay::awaited) add_field(response, "Refresh", "4");
  return response;
}

Result<DepositRow> find_deposit(const AdmittedRequest& admitted, WorkerContext& context) {
  return read_deposit(context.database, page_caller(), admitted.parameters[0]);
}

ApiResponse not_found_page(const Error& error, const ApiRequest& request) {
  if (error.kind == ErrorKind::not_found) return error_response(kAffily, 404, "Deposit not found");
  return failure_response(kAffily, error, request);
}

// Back to where the deposit was asked for, or to the page itself.
ApiResponse go_back(const AdmittedRequest& admitted, const DepositRow& deposit, std::string_view status) {
  ApiResponse response;
  response.status = 303;
  const std::string back = return_url_of(deposit, status);
  add_field(response, "Location", back.empty() ? admitted.request.path : back);
  add_field(response, "Referrer-Policy", "no-referrer");
  return response;
}

}  // namespace

ApiResponse request_deposit(AdmittedRequest& admitted, WorkerContext& context) {
  const ApiRequest& request = admitted.request;
  const Caller& caller = admitted.caller();
  FieldReader read(admitted.input, FieldStyle::terse);
  NewDeposit asked;
  asked.account = caller.account.public_id;
  asked.mode = caller.acting_mode();
  asked.amount = read.decimal("amount", {.required = true}).value_or("");
  asked.currency = read.currency("currency");
  asked.method = read.choice("method", kDepositMethods, true).value_or("");
  asked.return_url = read.text("return_url", {.characters_max = kReturnUrlCharactersMax});
  if (!read.problems().empty()) return invalid_body(read, admitted.input);
  auto deposit = prepare_deposit(context.database, caller, asked, context.deposits.return_hosts, request.received_us);
  if (!deposit) return refused(deposit.error(), request);
  if (const PaymentProvider* provider = provider_of(*deposit, context)) {
    auto opened = open_session(*deposit, *provider, request, context);
    if (!opened) return provider_failed(opened.error(), request);
  }
  auto made = store_prepared(context.database, caller, std::move(*deposit));
  if (!made) return refused(made.error(), request);
  return json_response({{"id", made->public_id},
                        {"status", made->status},
                        {"payment_url", made->payment_url.value_or(own_page_url(request, context.site, *made))},
                        {"expires_at", iso8601_ms(made->expires_us)}},
                       201);
}

ApiResponse show_checkout(AdmittedRequest& admitted, WorkerContext& context) {
  auto deposit = find_deposit(admitted, context);
  if (!deposit) return not_found_page(deposit.error(), admitted.request);
  const bool from_provider = deposit->session && admitted.request.query == kFromProvider;
  if (from_provider && deposit->status == "paid" && deposit->return_url) return go_back(admitted, *deposit, "paid");
  return page(*deposit, context, 200, from_provider);
}

ApiResponse pay_in_sandbox(AdmittedRequest& admitted, WorkerContext& context) {
  auto deposit = find_deposit(admitted, context);
  if (!deposit) return not_found_page(deposit.error(), admitted.request);
  if (!can_pay_here(*deposit, context.deposits)) return page(*deposit, context, 403);
  FieldReader read(admitted.input, FieldStyle::terse);
  const auto action = read.choice("action", kActions, true);
  if (!read.problems().empty()) return invalid_body(read, admitted.input);
  const CheckoutState state = checkout_state(*deposit, context.clock.wall_us());
  if (state == CheckoutState::paid) return go_back(admitted, *deposit, "paid");
  if (state != CheckoutState::open) return page(*deposit, context, 410);
  if (*action == "cancel") return go_back(admitted, *deposit, "cancelled");
  auto paid =
      confirm_deposit(context.database, page_caller(), deposit->public_id, std::nullopt, context.clock.wall_us());
  if (!paid) return failure_response(kAffily, paid.error(), admitted.request);
  return go_back(admitted, *paid, "paid");
}

}  // namespace footfall::core::affily
