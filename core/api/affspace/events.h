// POST /api/v1/events (AFS-42…48).
#pragma once

#include "core/actions/authenticate.h"
#include "core/api/affspace/parameters.h"
#include "core/api/desk.h"

namespace footfall::core::affspace {

Answer report_event(const Call& call, Desk& desk);
// The one path of every event. `default_type` is that of a callback which names none; empty: it must.
Answer take_event(const Call& call, Desk& desk, const Caller& caller, Parameters& parameters,
                  std::string_view default_type);

}  // namespace footfall::core::affspace
