// The dialects' descriptions, core/api/<dialect>/openapi.json, as they stand there. Made by embed_descriptions.cmake.
#pragma once

#include <string_view>

#include "proto/wire/dialect.h"

namespace footfall::core {

std::string_view api_description(wire::Dialect dialect);

}  // namespace footfall::core
