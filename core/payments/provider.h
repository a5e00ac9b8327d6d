// A payment provider: a service that takes a payer's money on a page of its own and tells us by a signed call what came
// of it. One small interface, so that what a deposit is does not depend on who takes the money.
//
// Providers are thread-safe and hold no state but their settings.
#pragma once

#include <optional>
#include <string_view>

#include "core/domain/payment.h"
#include "proto/base/result.h"

namespace footfall::core {

// A call of the provider's, as it came.
struct ProviderCall {
  std::string_view body;
  std::string_view signature;  // header value
  std::int64_t now_us = 0;
};

class PaymentProvider {
 public:
  virtual ~PaymentProvider() = default;

  // Makes the page on which `order` is paid. Waits for the provider, with a bound. Asked again for the same deposit, a
  // provider answers the same session. Errors: unavailable: it is away or slow; invalid with code "amount": it takes no
  // such sum; internal: it refuses us, which the operator must look at (logged without secrets).
  virtual Result<PaymentSession> open_session(const PaymentOrder& order) const = 0;

  // What the call says. None: genuine, but of no concern to us. Errors: forbidden: not signed by the provider, or too
  // long ago; invalid: signed, but not what the protocol says.
  virtual Result<std::optional<PaymentNotice>> read_call(const ProviderCall& call) const = 0;
};

}  // namespace footfall::core
