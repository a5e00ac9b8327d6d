// The client as which limits per address count a request: an IPv4 address, or the /64 of an IPv6 address, which is the
// smallest network that a customer is given (COMMON.md D-36). The rest of the address is zero. Pure.
#pragma once

#include "proto/http/message.h"

namespace footfall::http {

Address limited_network(const Address& address);

}  // namespace footfall::http
