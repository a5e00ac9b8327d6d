#include "core/payments/providers.h"

namespace footfall::core {

PaymentProviders::PaymentProviders(const StripeSettings& stripe, const SunrisePaySettings& sunrise_pay,
                                   std::int64_t threads, Metrics& metrics)
    : at_once_max_(sessions_at_once_max(threads)),
      notices_(metrics.counter("footfall_payments_notices_total", "What payment providers told of deposits")),
      problems_(metrics.counter("footfall_payments_problems_total", "Notices that wait for an operator")),
      failures_(metrics.counter("footfall_payments_session_failures_total",
                                "Deposits that were not made because the provider was away or refused")) {
  if (!stripe.secret_key.empty()) stripe_ = make_stripe(stripe);
  if (!sunrise_pay.secret_key.empty()) sunrise_pay_ = make_sunrise_pay(sunrise_pay);
}

const PaymentProvider* PaymentProviders::find(std::string_view method) const {
  if (method == "stripe") return stripe_.get();
  if (method == "sunrise_pay") return sunrise_pay_.get();
  return nullptr;
}

Result<PaymentSession> PaymentProviders::open_session(const PaymentProvider& provider,
                                                      const PaymentOrder& order) const {
  struct Place {
    std::atomic<int>& waiting;
    const int max;
    const bool is_free = waiting.fetch_add(1) < max;
    ~Place() { waiting.fetch_sub(1); }
  } place{waiting_, at_once_max_};
  if (!place.is_free) {
    failures_.add();
    return unavailable(ErrorSource::partner, "too many wait for the payment provider");
  }
  auto session = provider.open_session(order);
  if (!session && session.error().kind != ErrorKind::invalid) failures_.add();
  return session;
}

void PaymentProviders::count_notice(bool is_problem) const {
  notices_.add();
  if (is_problem) problems_.add();
}

}  // namespace footfall::core
