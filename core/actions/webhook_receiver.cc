#include "core/actions/webhook_receiver.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <memory>
#include <vector>

#include "core/domain/public_address.h"

namespace footfall::core {
namespace {

Failure refused(std::string code, std::string message) {
  return Failure(Error{ErrorKind::invalid, ErrorSource::client, false, std::move(message), std::move(code)});
}

using Address = std::vector<std::uint8_t>;

// Empty: the name does not resolve.
std::vector<Address> addresses_of(std::string host) {
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return {};
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, freeaddrinfo);
  std::vector<Address> all;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    if (one->ai_family == AF_INET) {
      const auto* address =
          reinterpret_cast<const std::uint8_t*>(&reinterpret_cast<const sockaddr_in*>(one->ai_addr)->sin_addr);
      all.emplace_back(address, address + 4);
    } else if (one->ai_family == AF_INET6) {
      const auto* address =
          reinterpret_cast<const std::uint8_t*>(&reinterpret_cast<const sockaddr_in6*>(one->ai_addr)->sin6_addr);
      all.emplace_back(address, address + 16);
    }
  }
  return all;
}

}  // namespace

Result<TargetUrl> check_webhook_receiver(std::string_view url, wire::Mode mode, bool allow_private) {
  auto target = parse_target_url(url);
  if (!target) return refused("webhook_url", target.error().message);
  if (target->text.find('{') != std::string::npos) return refused("webhook_url", "the URL has no macros");
  const bool secure = target->text.starts_with("https://");
  if (!secure && mode == wire::Mode::live && !allow_private) {
    return refused("webhook_url_not_https", "webhooks of live mode need an https:// URL");
  }
  const auto addresses = addresses_of(target->host);
  if (addresses.empty()) {
    return refused("webhook_url_unresolvable", "the host name " + target->host + " does not resolve");
  }
  for (const Address& address : addresses) {
    if (!allow_private && !is_public_address(address)) {
      return refused("webhook_url_private_ip", target->host + " leads to a private or reserved address");
    }
  }
  return target;
}

}  // namespace footfall::core
