// Whether libpq understands a connection string, without connecting.
#pragma once

#include <string>

#include "proto/base/result.h"

namespace footfall::core {

// The error repeats nothing of `url`: it may hold a password.
Result<void> check_connection_string(const std::string& url);

}  // namespace footfall::core
