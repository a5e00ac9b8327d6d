// Where a webhook may be sent, as it is judged when an endpoint is made. The judgement is repeated by core/deliver for
// the address of every connection, because a name can lead elsewhere by then.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/target_url.h"
#include "proto/base/host_addresses.h"
#include "proto/base/result.h"
#include "proto/wire/ids.h"

namespace footfall::core {

// Looks a name up within a bounded time. None: there is no answer in time; empty: it does not resolve. `owner`: whose
// look-ups share a bound.
using LookUpHost = std::function<std::optional<std::vector<HostAddress>>(const std::string& host, std::uint64_t owner)>;

struct ReceiverGuard {
  bool allow_private = false;  // for development and tests
  LookUpHost look_up = {};     // none: resolve_host(), which blocks
};

// The normalised URL. Refused with the codes "webhook_url" (no URL), "webhook_url_not_https" (live mode),
// "webhook_url_private_ip" (one of the host's addresses is not public, however it is spelled) and
// "webhook_url_unresolvable" (it has none, or its name has not been looked up in time). With `allow_private`, plain
// HTTP and private addresses are taken.
Result<TargetUrl> check_webhook_receiver(std::string_view url, wire::Mode mode, const ReceiverGuard& guard,
                                         wire::AccountId account);

}  // namespace footfall::core
