// CORS of the tracking endpoint: any page may report a click, without credentials (SE-5). Pure.
#pragma once

#include <string>
#include <string_view>

#include "proto/http/message.h"

namespace footfall::edge {

// Complete header lines of every answer there, refusals by the server included.
std::string_view cors_fields();

// The same for the answer to a preflight. The header names that it asks for are allowed as well, because libraries add
// some to every call of a page (baggage, sentry-trace, traceparent): valid tokens, at most 32 names and 1,024 bytes.
void write_preflight_fields(std::string& out, const http::Request& request);

}  // namespace footfall::edge
