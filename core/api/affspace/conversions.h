// Conversions: reported, listed, shown (AFS-17…41, AFS-49…56).
#pragma once

#include <string_view>

#include "core/actions/authenticate.h"
#include "core/api/affspace/parameters.h"
#include "core/api/desk.h"

namespace footfall::core::affspace {

Answer report_conversion(const Call& call, Desk& desk);
Answer list_conversions(const Call& call, Desk& desk);
Answer show_conversion(const Call& call, Desk& desk, std::string_view id);

// The one path of every conversion, by API or callback, once it is known who calls. `default_goal` is that of a call
// which names none.
Answer take_conversion(const Call& call, Desk& desk, const Caller& caller, Parameters& parameters,
                       std::string_view default_goal);

}  // namespace footfall::core::affspace
