// Sunrise Pay by a hosted page. Affily's reference names it and documents nothing, so the shape is ours (CONTRACT.md
// AY-36): any service can stand behind it that makes a page on request and calls back.
#pragma once

#include <memory>
#include <string>

#include "core/payments/provider.h"

namespace footfall::core {

struct SunrisePaySettings {
  std::string url;  // without a slash at its end
  std::string secret_key;
  std::string callback_secret;
  std::int64_t timeout_ms = 10'000;
  std::string ca_file;  // empty: the system's certificates
};

std::unique_ptr<PaymentProvider> make_sunrise_pay(SunrisePaySettings settings);

// The request for a page, as JSON, and the notice in a call.
std::string sunrise_pay_session_body(const PaymentOrder& order);
Result<std::optional<PaymentNotice>> read_sunrise_pay_call(std::string_view body);

}  // namespace footfall::core
