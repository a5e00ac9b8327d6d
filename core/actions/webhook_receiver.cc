#include "core/actions/webhook_receiver.h"

#include "core/domain/public_address.h"

namespace footfall::core {
namespace {

Failure refused(std::string code, std::string message) {
  return Failure(Error{ErrorKind::invalid, ErrorSource::client, false, std::move(message), std::move(code)});
}

}  // namespace

Result<TargetUrl> check_webhook_receiver(std::string_view url, wire::Mode mode, const ReceiverGuard& guard,
                                         wire::AccountId account) {
  auto target = parse_target_url(url);
  if (!target && target.error().code == kPrivateNumber && !guard.allow_private) {
    return refused("webhook_url_private_ip", "the URL's host is a number that leads to a private or reserved address");
  }
  if (!target) return refused("webhook_url", target.error().message);
  if (target->text.find('{') != std::string::npos) return refused("webhook_url", "the URL has no macros");
  const bool secure = target->text.starts_with("https://");
  if (!secure && mode == wire::Mode::live && !guard.allow_private) {
    return refused("webhook_url_not_https", "webhooks of live mode need an https:// URL");
  }
  std::string host = target->host;
  const bool is_v6 = host.starts_with('[');
  if (is_v6) host = host.substr(1, host.size() - 2);
  // A literal is no name: the system reads it without asking anybody.
  const bool is_name = !is_v6 && host.find_first_not_of("0123456789.") != std::string::npos;
  const auto addresses =
      guard.look_up && is_name ? guard.look_up(host, account.value) : std::optional(resolve_host(host));
  if (!addresses) {
    return refused("webhook_url_unresolvable",
                   "the host name " + target->host + " does not resolve in time; try again");
  }
  if (addresses->empty()) {
    return refused("webhook_url_unresolvable", "the host name " + target->host + " does not resolve");
  }
  for (const auto& address : *addresses) {
    if (!guard.allow_private && !is_public_address(address)) {
      return refused("webhook_url_private_ip", target->host + " leads to a private or reserved address");
    }
  }
  return target;
}

}  // namespace footfall::core
