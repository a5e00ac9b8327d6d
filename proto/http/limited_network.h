// Whom limits per address count: an IPv4 address alone; of an IPv6 address its /64, the smallest network that is given
// to a customer (COMMON.md D-36). The rest of the address is zero. Pure.
#pragma once

#include "proto/http/message.h"

namespace footfall::http {

Address limited_network(const Address& address);

}  // namespace footfall::http
