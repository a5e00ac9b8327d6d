// Callbacks by query string or form: /pb/{endpointId} and, for older clients, bare /pb (AFS-47, AF-15, AF-16, AFSX-02).
// A named endpoint decides what a callback is; the rest is the path of the API. Every callback to a named endpoint is
// logged with its outcome, for "my postback does not arrive" is the commonest question of this trade.
#pragma once

#include <string_view>

#include "core/api/desk.h"

namespace footfall::core::affspace {

Answer named_postback(const Call& call, Desk& desk, std::string_view endpoint_id);
Answer legacy_postback(const Call& call, Desk& desk);

}  // namespace footfall::core::affspace
