// Amounts are decimals in text ("1000.00"), so that neither side counts decimals of a currency.
#include "core/payments/sunrise_pay.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "core/domain/money.h"
#include "core/payments/call_signature.h"
#include "core/payments/provider_http.h"
#include "core/payments/provider_json.h"
#include "proto/base/clock.h"

namespace footfall::core {
namespace {

std::optional<PaymentEvent> event_of(std::string_view type) {
  if (type == "payment.confirmed") return PaymentEvent::paid;
  if (type == "payment.failed") return PaymentEvent::failed;
  if (type == "payment.expired") return PaymentEvent::expired;
  if (type == "payment.refunded") return PaymentEvent::refunded;
  return std::nullopt;
}

Failure unreadable() { return invalid("the call is not of the form that is documented"); }

class SunrisePay final : public PaymentProvider {
 public:
  explicit SunrisePay(SunrisePaySettings settings) : settings_(std::move(settings)) {}

  Result<PaymentSession> open_session(const PaymentOrder& order) const override {
    PostRequest request;
    request.url = settings_.url + "/v1/sessions";
    request.fields = {"Content-Type: application/json", "Authorization: Bearer " + settings_.secret_key,
                      "Idempotency-Key: " + order.deposit};
    request.body = sunrise_pay_session_body(order);
    auto answer = call_provider({settings_.url, settings_.timeout_ms, settings_.ca_file}, std::move(request));
    if (!answer) return Failure(answer.error());
    const auto json = ProviderJson::parse(answer->body);
    if (answer->status == 429) return unavailable(ErrorSource::partner, "the payment provider is busy");
    if (answer->status != 200 && answer->status != 201) {
      return provider_refusal("sunrise_pay", answer->status, json ? json->text({"error"}) : "", "");
    }
    PaymentSession session;
    if (json) session = {json->text({"id"}), json->text({"url"})};
    if (session.reference.empty() || !is_session_url(session.url)) {
      return provider_refusal("sunrise_pay", answer->status, "unreadable_answer", "");
    }
    return session;
  }

  Result<std::optional<PaymentNotice>> read_call(const ProviderCall& call) const override {
    auto genuine = check_call_signature(call.signature, settings_.callback_secret, call.body, call.now_us / 1'000'000);
    if (!genuine) return Failure(genuine.error());
    return read_sunrise_pay_call(call.body);
  }

 private:
  const SunrisePaySettings settings_;
};

}  // namespace

std::unique_ptr<PaymentProvider> make_sunrise_pay(SunrisePaySettings settings) {
  return std::make_unique<SunrisePay>(std::move(settings));
}

std::string sunrise_pay_session_body(const PaymentOrder& order) {
  return boost::json::serialize(boost::json::object{{"reference", order.deposit},
                                                    {"amount", format_amount(order.amount_minor, order.currency)},
                                                    {"currency", order.currency},
                                                    {"description", "Deposit " + order.deposit},
                                                    {"success_url", order.success_url},
                                                    {"cancel_url", order.cancel_url},
                                                    {"expires_at", iso8601_ms(order.expires_us)}});
}

Result<std::optional<PaymentNotice>> read_sunrise_pay_call(std::string_view body) {
  const auto call = ProviderJson::parse(body);
  if (!call) return unreadable();
  const auto event = event_of(call->text({"type"}));
  if (!event) return std::nullopt;
  PaymentNotice notice;
  notice.id = call->text({"id"});
  notice.event = *event;
  notice.deposit = call->text({"reference"});
  notice.session = *event == PaymentEvent::refunded ? "" : call->text({"session"});
  if (notice.id.empty() || notice.deposit.empty()) return unreadable();
  if (*event == PaymentEvent::paid || *event == PaymentEvent::refunded) {
    auto currency = parse_currency(call->text({"currency"}));
    if (!currency) return unreadable();
    auto amount = parse_minor(call->text({"amount"}), currency_exponent(*currency).value_or(2));
    if (!amount) return unreadable();
    notice.currency = *currency;
    notice.amount_minor = *amount;
  }
  return notice;
}

}  // namespace footfall::core
