// The versions of the rules that clicks are judged by.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/storage/database.h"

namespace footfall::core {

// The number of the version with this digest (32 bytes, a SHA-256), made when it is new.
Result<std::int32_t> verdict_rules_id(Database& database, std::string_view digest);

}  // namespace footfall::core
