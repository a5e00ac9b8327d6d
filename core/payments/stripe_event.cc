#include "core/payments/stripe_event.h"

#include "core/domain/money.h"

namespace footfall::core {

Failure unreadable_stripe_event() { return invalid("the event is not of the form that Stripe documents"); }

int stripe_exponent(std::string_view currency) {
  if (currency == "ISK" || currency == "UGX") return 2;
  if (currency == "MGA") return 0;
  return currency_exponent(currency).value_or(2);
}

std::optional<std::int64_t> exact_rescale(std::int64_t minor, int from, int to) {
  const auto there = rescale_minor(minor, from, to, Rounding::truncate);
  if (!there || rescale_minor(*there, to, from, Rounding::truncate) != minor) return std::nullopt;
  return there;
}

Result<StripeMoney> read_stripe_money(std::optional<std::int64_t> amount, std::string_view currency) {
  auto code = parse_currency(currency);
  if (!code || !amount) return unreadable_stripe_event();
  const auto minor = exact_rescale(*amount, stripe_exponent(*code), currency_exponent(*code).value_or(2));
  if (!minor) return unreadable_stripe_event();
  return StripeMoney{*minor, *code};
}

Result<StripeEnvelope> open_stripe_event(std::string_view body, bool is_live, std::string_view ours) {
  auto json = ProviderJson::parse(body);
  if (!json) return unreadable_stripe_event();
  StripeEnvelope event{json->text({"id"}), json->text({"type"}), *json};
  const std::optional<bool> livemode = json->flag({"livemode"});
  if (event.id.empty() || event.type.empty() || !livemode) return unreadable_stripe_event();
  if (*livemode != is_live) {
    const auto mode = [](bool live) { return live ? "live" : "test"; };
    return Failure(Error{ErrorKind::forbidden, ErrorSource::partner, false,
                         std::string("an event of Stripe's ") + mode(*livemode) + " mode, while " + std::string(ours) +
                             " is of its " + mode(is_live) + " mode"});
  }
  return event;
}

}  // namespace footfall::core
