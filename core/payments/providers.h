// The payment providers that the operator has configured, by the deposit's method. Thread-safe; one for all workers.
#pragma once

#include <atomic>
#include <memory>
#include <string_view>

#include "core/payments/stripe.h"
#include "core/payments/sunrise_pay.h"
#include "proto/base/metrics.h"

namespace footfall::core {

// While a provider is slow, its callers hold threads that others need: only so many of them wait for providers at once.
constexpr int sessions_at_once_max(std::int64_t threads) { return threads < 8 ? 1 : threads < 16 ? 2 : 4; }

class PaymentProviders {
 public:
  // A provider without a secret key is not there. `threads`: of all calls. `metrics` outlives it.
  PaymentProviders(const StripeSettings& stripe, const SunrisePaySettings& sunrise_pay, std::int64_t threads,
                   Metrics& metrics);

  // Null: nobody takes the money of such a deposit; it is paid on our own page.
  const PaymentProvider* find(std::string_view method) const;
  // PaymentProvider::open_session() within sessions_at_once_max(); unavailable beyond.
  Result<PaymentSession> open_session(const PaymentProvider& provider, const PaymentOrder& order) const;
  // A genuine notice; `is_problem`: it waits for an operator.
  void count_notice(bool is_problem) const;

 private:
  std::unique_ptr<const PaymentProvider> stripe_, sunrise_pay_;
  const int at_once_max_;
  mutable std::atomic<int> waiting_{0};
  Counter &notices_, &problems_, &failures_;
};

}  // namespace footfall::core
