#include "core/actions/deposit_page.h"

#include <algorithm>

namespace footfall::core {

std::string checkout_url(const Site& site, std::string_view host, const DepositRow& deposit) {
  return site.scheme + "://" + std::string(host) + site.port + "/v1/deposits/" + deposit.public_id + "/checkout";
}

std::string return_url_of(const DepositRow& deposit, std::string_view status) {
  if (!deposit.return_url) return {};
  const std::string_view url = *deposit.return_url;
  const std::size_t fragment = std::min(url.find('#'), url.size());
  std::string with(url.substr(0, fragment));
  with.append(with.find('?') == std::string::npos ? "?" : "&");
  with.append("deposit_id=").append(deposit.public_id).append("&status=").append(status);
  return with.append(url.substr(fragment));
}

bool is_for_provider(const DepositRow& deposit, bool sandbox) { return !sandbox && deposit.mode == wire::Mode::live; }

PaymentOrder payment_order(const DepositRow& deposit, const std::string& page) {
  const std::string cancelled = return_url_of(deposit, "cancelled");
  return {deposit.public_id,
          deposit.amount_minor,
          deposit.currency,
          page + "?" + std::string(kFromProvider),
          cancelled.empty() ? page : cancelled,
          deposit.expires_us};
}

}  // namespace footfall::core
