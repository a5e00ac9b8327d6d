// Shapes of two generations: until 2025 an invoice named its subscription, payment and charge, and a charge its
// invoice; since then ("basil") the subscription stands under `parent`, and invoice_payment.paid alone joins payment
// and invoice.
#include "core/payments/stripe_sales.h"

#include <algorithm>

#include "core/domain/money.h"
#include "core/payments/stripe_event.h"

namespace footfall::core {
namespace {

using Read = Result<std::optional<StripeSale>>;

constexpr std::size_t kIdBytesMax = 255;               // as Stripe documents it
constexpr std::int64_t kSecondsMax = 253'402'300'799;  // the year 9999
constexpr std::int64_t kMicrosecondsPerSecond = 1'000'000;

// Ids are kept and compared, so they have to be what Stripe makes.
bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= kIdBytesMax && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

void add_name(StripeSale& sale, const std::string& id) {
  if (is_id(id) && std::ranges::find(sale.names, id) == sale.names.end()) sale.names.push_back(id);
}

Result<void> add_money(StripeSale& sale, const StripeEnvelope& event, std::string_view amount) {
  auto money = read_stripe_money(event.integer(amount), event.text("currency"));
  if (!money) return Failure(money.error());
  if (money->minor < 0 || money->minor > kSaleMinorMax) return unreadable_stripe_event();
  sale.amount_minor = money->minor;
  sale.currency = money->currency;
  return {};
}

// A merchant's own sessions name the click in their metadata, under a name that means nothing else. Payment links carry
// it in client_reference_id, which may also be an id of the merchant's own that looks like one.
void add_clicks(StripeSale& sale, const StripeEnvelope& event) {
  sale.click = wire::parse_uuid(event.json.text({"data", "object", "metadata", "aff_click_id"}));
  const auto reference = wire::parse_uuid(event.text("client_reference_id"));
  (sale.click ? sale.other_click : sale.click) = reference;
}

Read read_session(const StripeEnvelope& event, StripeSale sale) {
  sale.kind = StripeSaleKind::sold;
  const std::string status = event.text("payment_status");
  sale.subscription = event.text("subscription");
  // A session may be complete while its payment is still on the way: then another event follows. One that asks for no
  // payment matters where it begins a trial.
  const bool is_trial = status == "no_payment_required" && !sale.subscription.empty();
  if (status != "paid" && !is_trial) return std::nullopt;
  if (auto read = add_money(sale, event, "amount_total"); !read) return Failure(read.error());
  if (is_trial) sale.amount_minor = 0;
  for (const char* const name : {"invoice", "payment_intent", "id"}) add_name(sale, event.text(name));
  if (sale.names.empty()) return unreadable_stripe_event();
  sale.object = sale.names.front();
  add_clicks(sale, event);
  sale.email = event.json.text({"data", "object", "customer_details", "email"});
  return sale;
}

Read read_invoice(const StripeEnvelope& event, StripeSale sale) {
  sale.kind = StripeSaleKind::renewed;
  sale.subscription = event.text("subscription");
  if (sale.subscription.empty()) {
    sale.subscription = event.json.text({"data", "object", "parent", "subscription_details", "subscription"});
  }
  if (sale.subscription.empty()) return std::nullopt;  // of one payment: its session is the sale
  if (auto read = add_money(sale, event, "amount_paid"); !read) return Failure(read.error());
  sale.object = event.text("id");
  sale.email = event.text("customer_email");
  for (const char* const name : {"id", "payment_intent", "charge"}) add_name(sale, event.text(name));
  return sale;
}

Read read_refund(const StripeEnvelope& event, StripeSale sale) {
  sale.kind = StripeSaleKind::refunded;
  if (auto read = add_money(sale, event, "amount_refunded"); !read) return Failure(read.error());
  sale.object = event.text("id");
  for (const char* const name : {"id", "payment_intent", "invoice"}) add_name(sale, event.text(name));
  return sale;
}

Read read_link(const StripeEnvelope& event, StripeSale sale) {
  sale.kind = StripeSaleKind::linked;
  sale.object = event.text("invoice");
  for (const char* const name : {"payment_intent", "charge"}) {
    add_name(sale, event.json.text({"data", "object", "payment", name}));
  }
  if (sale.names.empty()) return std::nullopt;  // paid outside of Stripe
  return sale;
}

Read read_by_type(const StripeEnvelope& event, StripeSale sale) {
  if (event.type == "checkout.session.completed" || event.type == "checkout.session.async_payment_succeeded") {
    return read_session(event, std::move(sale));
  }
  if (event.type == "invoice.paid") return read_invoice(event, std::move(sale));
  if (event.type == "charge.refunded") return read_refund(event, std::move(sale));
  if (event.type == "invoice_payment.paid") return read_link(event, std::move(sale));
  return std::nullopt;
}

}  // namespace

Result<std::optional<StripeSale>> read_stripe_sale(std::string_view body, bool is_live) {
  auto event = open_stripe_event(body, is_live, "the receiver");
  if (!event) return Failure(event.error());
  StripeSale sale;
  sale.event = event->id;
  const auto created_s = event->json.integer({"created"}).value_or(-1);
  sale.happened_us = std::clamp<std::int64_t>(created_s, 0, kSecondsMax) * kMicrosecondsPerSecond;
  auto read = read_by_type(*event, std::move(sale));
  if (!read || !*read) return read;
  const StripeSale& found = **read;
  const bool is_whole = created_s >= 0 && created_s <= kSecondsMax && is_id(found.event) && is_id(found.object) &&
                        (found.subscription.empty() || is_id(found.subscription));
  if (!is_whole) return unreadable_stripe_event();
  return read;
}

}  // namespace footfall::core
