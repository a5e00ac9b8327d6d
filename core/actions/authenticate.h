// The caller behind the key that a request presents. The lookup is by the key's SHA-256, so neither its time nor any
// index reveals how much of a guess was right.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/actions/caller.h"
#include "core/storage/database.h"
#include "proto/wire/dialect.h"

namespace footfall::core {

// None: unknown, revoked, of another dialect, or of an account that is not active.
Result<std::optional<Caller>> authenticate(Database& database, wire::Dialect dialect, std::string_view value);

// The dialect of a key's account, whatever its state, for telling dialects apart on a shared host.
Result<std::optional<wire::Dialect>> dialect_of_key(Database& database, std::string_view value);

// What the two headers present, X-API-Key first.
std::vector<std::string> presented_keys(std::string_view authorization, std::string_view api_key_header);

}  // namespace footfall::core
