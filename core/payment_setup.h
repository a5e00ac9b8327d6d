// Deposits and payment providers as they are configured.
#pragma once

#include <memory>
#include <optional>

#include "core/actions/deposits.h"
#include "core/config.h"
#include "core/payments/providers.h"

namespace footfall::core {

DepositSettings deposit_settings(const Config& config);
// `metrics` outlives them.
std::shared_ptr<const PaymentProviders> payment_providers(const Config& config, Metrics& metrics);
// For the command line: the provider's page of a deposit that is prepared and not stored. None: no provider takes its
// money. Waits for the provider; errors as PaymentProvider::open_session() has them, and invalid without a host of
// Affily's.
Result<std::optional<PaymentSession>> open_payment_page(const Config& config, const DepositRow& deposit);

}  // namespace footfall::core
