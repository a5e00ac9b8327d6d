// The deposit's id travels in client_reference_id, and in the metadata of the payment, which Stripe copies to the
// charge: that is how a refund, which knows no session, finds the deposit. A dispute knows only the payment, whose id
// came with the notice that it was paid.
#include "core/payments/stripe.h"

#include "core/domain/money.h"
#include "core/payments/call_signature.h"
#include "core/payments/provider_http.h"
#include "core/payments/provider_json.h"
#include "core/payments/stripe_event.h"
#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

constexpr std::string_view kApiVersion = "2024-06-20";
// Stripe takes sessions that end within 24 hours by its own clock; a deposit lives for exactly so long by ours.
constexpr std::int64_t kClockMargin_s = 300;

Failure wrong_amount(std::string message) {
  return Failure(Error{ErrorKind::invalid, ErrorSource::client, false, std::move(message), "amount"});
}

void add_pair(std::string& form, std::string_view name, std::string_view value) {
  if (!form.empty()) form += '&';
  form.append(percent_encode(name)).append("=").append(percent_encode(value));
}

// What Stripe says → the notice's amount and currency.
Result<void> read_money(PaymentNotice& notice, std::optional<std::int64_t> amount, std::string_view currency) {
  auto money = read_stripe_money(amount, currency);
  if (!money) return Failure(money.error());
  notice.amount_minor = money->minor;
  notice.currency = std::move(money->currency);
  return {};
}

std::optional<PaymentEvent> session_event(std::string_view type, std::string_view payment_status) {
  // A session may be complete while its payment is still on the way: then another event follows.
  if (type == "checkout.session.completed") {
    return payment_status == "paid" ? std::optional(PaymentEvent::paid) : std::nullopt;
  }
  if (type == "checkout.session.async_payment_succeeded") return PaymentEvent::paid;
  if (type == "checkout.session.async_payment_failed") return PaymentEvent::failed;
  if (type == "checkout.session.expired") return PaymentEvent::expired;
  return std::nullopt;
}

// An inquiry ("warning_…") takes no money. One that becomes a dispute is told by funds_withdrawn.
std::optional<PaymentEvent> dispute_event(std::string_view type, std::string_view status) {
  if (type == "charge.dispute.created") {
    return status.starts_with("warning_") ? std::nullopt : std::optional(PaymentEvent::disputed);
  }
  if (type == "charge.dispute.funds_withdrawn") return PaymentEvent::disputed;
  if (type == "charge.dispute.funds_reinstated") return PaymentEvent::dispute_won;
  if (type != "charge.dispute.closed") return std::nullopt;
  if (status == "won") return PaymentEvent::dispute_won;
  return status == "lost" ? std::optional(PaymentEvent::dispute_lost) : std::nullopt;
}

// Notices of what happened to a charge: its amount is called `amount`.
Result<std::optional<PaymentNotice>> read_charge(const StripeEnvelope& event, PaymentNotice notice,
                                                 const char* amount) {
  notice.payment = event.text("payment_intent");
  auto read = read_money(notice, event.integer(amount), event.text("currency"));
  if (!read) return Failure(read.error());
  return notice;
}

class Stripe final : public PaymentProvider {
 public:
  explicit Stripe(StripeSettings settings) : settings_(std::move(settings)) {}

  Result<PaymentSession> open_session(const PaymentOrder& order) const override {
    auto form = stripe_session_form(order);
    if (!form) return Failure(form.error());
    PostRequest request;
    request.url = settings_.url + "/v1/checkout/sessions";
    request.fields = {"Content-Type: application/x-www-form-urlencoded",
                      "Authorization: Bearer " + settings_.secret_key, "Idempotency-Key: " + order.deposit,
                      "Stripe-Version: " + std::string(kApiVersion)};
    request.body = std::move(*form);
    auto answer = call_provider({settings_.url, settings_.timeout_ms, settings_.ca_file}, std::move(request));
    if (!answer) return Failure(answer.error());
    const auto json = ProviderJson::parse(answer->body);
    if (answer->status == 429) return unavailable(ErrorSource::partner, "the payment provider is busy");
    if (answer->status != 200) return refusal(answer->status, json);
    PaymentSession session;
    if (json) session = {json->text({"id"}), json->text({"url"})};
    if (session.reference.empty() || !is_session_url(session.url)) {
      return provider_refusal("stripe", answer->status, "unreadable_answer", "");
    }
    return session;
  }

  Result<std::optional<PaymentNotice>> read_call(const ProviderCall& call) const override {
    auto genuine = check_call_signature(call.signature, settings_.webhook_secret, call.body, call.now_us / 1'000'000);
    if (!genuine) return Failure(genuine.error());
    return read_stripe_event(call.body, is_live_key(settings_.secret_key));
  }

 private:
  static Failure refusal(int status, const std::optional<ProviderJson>& json) {
    const std::string type = json ? json->text({"error", "type"}) : "";
    const std::string code = json ? json->text({"error", "code"}) : "";
    if (code == "amount_too_small" || code == "amount_too_large") {
      return wrong_amount(code == "amount_too_small" ? "is less than the payment provider takes"
                                                     : "is more than the payment provider takes");
    }
    return provider_refusal("stripe", status, type, code);
  }

  const StripeSettings settings_;
};

}  // namespace

std::unique_ptr<PaymentProvider> make_stripe(StripeSettings settings) {
  return std::make_unique<Stripe>(std::move(settings));
}

Result<std::string> stripe_session_form(const PaymentOrder& order) {
  const int own = currency_exponent(order.currency).value_or(2);
  const auto amount = exact_rescale(order.amount_minor, own, stripe_exponent(order.currency));
  // Of currencies with three decimals Stripe takes whole hundredths.
  if (!amount || (own == 3 && *amount % 10 != 0))
    return wrong_amount("has more decimals than the payment provider takes");
  std::string form;
  add_pair(form, "mode", "payment");
  add_pair(form, "client_reference_id", order.deposit);
  add_pair(form, "line_items[0][quantity]", "1");
  add_pair(form, "line_items[0][price_data][currency]", to_lower_ascii(order.currency));
  add_pair(form, "line_items[0][price_data][unit_amount]", std::to_string(*amount));
  add_pair(form, "line_items[0][price_data][product_data][name]", "Deposit " + order.deposit);
  add_pair(form, "payment_intent_data[metadata][deposit_id]", order.deposit);
  add_pair(form, "success_url", order.success_url);
  add_pair(form, "cancel_url", order.cancel_url);
  add_pair(form, "expires_at", std::to_string(order.expires_us / 1'000'000 - kClockMargin_s));
  return form;
}

bool is_live_key(std::string_view secret_key) {
  return !secret_key.starts_with("sk_test_") && !secret_key.starts_with("rk_test_");
}

Result<std::optional<PaymentNotice>> read_stripe_event(std::string_view body, bool is_live) {
  const auto event = open_stripe_event(body, is_live, "the key");
  if (!event) return Failure(event.error());
  PaymentNotice notice;
  notice.id = event->id;
  const std::string& type = event->type;
  if (type == "charge.refunded") {
    notice.event = PaymentEvent::refunded;
    notice.deposit = event->json.text({"data", "object", "metadata", "deposit_id"});
    if (notice.deposit.empty()) return std::nullopt;  // a charge of something else that the operator sells
    return read_charge(*event, std::move(notice), "amount_refunded");
  }
  if (const auto of_dispute = dispute_event(type, event->text("status"))) {
    notice.event = *of_dispute;
    notice.dispute = event->text("id");
    if (notice.dispute.empty()) return unreadable_stripe_event();
    if (event->text("payment_intent").empty()) return std::nullopt;  // none of a Checkout session
    return read_charge(*event, std::move(notice), "amount");
  }
  const auto of_session = session_event(type, event->text("payment_status"));
  if (!of_session) return std::nullopt;
  notice.event = *of_session;
  notice.deposit = event->text("client_reference_id");
  notice.session = event->text("id");
  if (!notice.deposit.starts_with("dep_")) return std::nullopt;  // a session of something else
  notice.payment = event->text("payment_intent");
  if (notice.event == PaymentEvent::paid) {
    auto read = read_money(notice, event->integer("amount_total"), event->text("currency"));
    if (!read) return Failure(read.error());
  }
  return notice;
}

}  // namespace footfall::core
