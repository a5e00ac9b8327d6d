// Test sessions (AFS-67…70).
#pragma once

#include <string_view>

#include "core/api/desk.h"

namespace footfall::core::affspace {

Answer start_test_session(const Call& call, Desk& desk);
Answer show_test_session(const Call& call, Desk& desk, std::string_view token);

}  // namespace footfall::core::affspace
