// Where a webhook may be sent, as it is judged when an endpoint is made. The judgement is repeated by core/deliver for
// the address of every connection, because a name can lead elsewhere by then.
#pragma once

#include <string>
#include <string_view>

#include "core/domain/target_url.h"
#include "proto/base/result.h"
#include "proto/wire/ids.h"

namespace footfall::core {

// The normalised URL. Refused with the codes "webhook_url" (no URL), "webhook_url_not_https" (live mode),
// "webhook_url_private_ip" (one of the host's addresses is not public) and "webhook_url_unresolvable". With
// `allow_private`, plain HTTP and private addresses are taken. Asks the system's resolver, which blocks for as long as
// it is configured to.
Result<TargetUrl> check_webhook_receiver(std::string_view url, wire::Mode mode, bool allow_private);

}  // namespace footfall::core
