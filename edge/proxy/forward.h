// Writes the request that goes on to core, and the fields that go back to the client. The edge uses its own framing and
// forwards no field that it would not write itself (GUARD.md G-15). Pure.
#pragma once

#include <string>
#include <string_view>

#include "proto/http/client.h"
#include "proto/http/forwarded.h"
#include "proto/http/message.h"

namespace footfall::edge {

// The request as it is sent to core. Left out are hop-by-hop fields and those that Connection names, framing, all
// fields about the client's address (the edge writes its own), and names with '_' (which some servers read as '-').
// Host, target and body stay as they came.
http::ClientRequest make_core_request(const http::Request& request, const http::ClientInfo& caller,
                                      std::string_view request_id);

// The header lines of core's answer that go on to the client, with our X-Request-Id.
std::string make_client_fields(const http::ClientResponse& response, std::string_view request_id);

}  // namespace footfall::edge
