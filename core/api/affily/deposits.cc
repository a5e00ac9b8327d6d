// A deposit is asked for with the key; whoever has its payment_url may see its page, for the deposit's id is too long
// to guess and stands in no list but the advertiser's own. The page itself pays nothing except in the sandbox: an
// operator confirms what was transferred (footfall-core deposit confirm).
#include "core/actions/deposits.h"

#include "core/actions/reading/deposits.h"
#include "core/api/affily/checkout_page.h"
#include "core/api/affily/handlers.h"
#include "core/api/affily/responses.h"
#include "proto/base/clock.h"

namespace footfall::core::affily {
namespace {

constexpr std::size_t kReturnUrlCharactersMax = 2'048;
constexpr std::string_view kActions[] = {"pay", "cancel"};

// Who looks at the page or pays on it is nobody that we know; the address is what lets them.
Caller page_caller() { return upkeep_caller("the checkout page"); }

// Under the host that the call was made to, which is one of Affily's, or one where the path alone says so.
std::string payment_url(const ApiRequest& request, const Site& site, const DepositRow& deposit) {
  return site.scheme + "://" + request.host + site.port + "/v1/deposits/" + deposit.public_id + "/checkout";
}

ApiResponse refused(const Error& error, const ApiRequest& request) {
  if (error.kind == ErrorKind::invalid) return field_response(422, error.code, error.message);
  if (error.code == "too_many_deposits") return error_with_details(422, {{"reason", error.code}}, error.message);
  return failure_response(kAffily, error, request);
}

bool can_pay_here(const DepositRow& deposit, const DepositSettings& settings) {
  const bool is_play = settings.sandbox || deposit.mode == wire::Mode::test;
  return is_play && (deposit.method == "stripe" || deposit.method == "sunrise_pay");
}

ApiResponse page(const DepositRow& deposit, const WorkerContext& context, int status = 200) {
  const CheckoutState state = checkout_state(deposit, context.clock.wall_us());
  ApiResponse response;
  response.status = status;
  response.content_type = "text/html; charset=utf-8";
  response.body = checkout_page(deposit, state, context.deposits, can_pay_here(deposit, context.deposits));
  response.extra_fields = checkout_fields(deposit);
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
  auto made = create_deposit(context.database, caller, asked, context.deposits.return_hosts, request.received_us);
  if (!made) return refused(made.error(), request);
  return json_response({{"id", made->public_id},
                        {"status", made->status},
                        {"payment_url", payment_url(request, context.site, *made)},
                        {"expires_at", iso8601_ms(made->expires_us)}},
                       201);
}

ApiResponse show_checkout(AdmittedRequest& admitted, WorkerContext& context) {
  auto deposit = find_deposit(admitted, context);
  if (!deposit) return not_found_page(deposit.error(), admitted.request);
  return page(*deposit, context);
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
