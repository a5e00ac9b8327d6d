#include "core/payment_setup.h"

#include "core/actions/deposit_page.h"

namespace footfall::core {

DepositSettings deposit_settings(const Config& config) {
  return {config.deposits.sandbox, config.deposits.return_hosts, config.deposits.transfer_details,
          config.deposits.issuer};
}

std::shared_ptr<const PaymentProviders> payment_providers(const Config& config, Metrics& metrics) {
  const PaymentsConfig& payments = config.payments;
  const StripeSettings stripe{payments.stripe_url, payments.stripe_secret_key, payments.stripe_webhook_secret,
                              payments.timeout_ms, payments.ca_file};
  const SunrisePaySettings sunrise_pay{payments.sunrise_pay_url, payments.sunrise_pay_secret_key,
                                       payments.sunrise_pay_callback_secret, payments.timeout_ms, payments.ca_file};
  return std::make_shared<const PaymentProviders>(stripe, sunrise_pay, config.http.workers, metrics);
}

Result<std::optional<PaymentSession>> open_payment_page(const Config& config, const DepositRow& deposit) {
  if (!is_for_provider(deposit, config.deposits.sandbox)) return std::nullopt;
  Metrics metrics;  // nobody reads those of a command
  const auto providers = payment_providers(config, metrics);
  const PaymentProvider* provider = providers->find(deposit.method);
  if (!provider) return std::nullopt;
  if (config.hosts.affily.empty()) return invalid("hosts.affily: names no host to which the payer could come back");
  auto site = parse_site(config.site_url);
  if (!site) return Failure(site.error());
  auto session = providers->open_session(
      *provider, payment_order(deposit, checkout_url(*site, config.hosts.affily.front(), deposit)));
  if (!session) return Failure(session.error());
  return std::optional(std::move(*session));
}

}  // namespace footfall::core
