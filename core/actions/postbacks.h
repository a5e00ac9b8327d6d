// Named endpoints for callbacks: made by the operator, used by AffSpace's advertisers (AFS-47, AF-15).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/actions/caller.h"
#include "core/storage/postbacks.h"

namespace footfall::core {

struct PostbackFields {
  std::string account;  // public id of an AffSpace account
  std::string name;
  bool primary = true;
  bool key_less = false;
  std::optional<std::string> goal;  // of callbacks that name none; for a secondary one, an event type
};
Result<PostbackEndpoint> create_postback(Database& database, const Caller& caller, const PostbackFields& fields);
Result<void> disable_postback(Database& database, const Caller& caller, std::string_view public_id);
// The endpoint that a URL names, before anybody is admitted: whatever account it belongs to. None: unknown or disabled.
Result<std::optional<PostbackEndpoint>> find_postback(Database& database, std::string_view public_id);
Result<void> log_postback(Database& database, const PostbackEntry& entry);

// Whom a key-less endpoint speaks for. None: the account is not active.
Result<std::optional<Caller>> endpoint_owner(Database& database, const PostbackEndpoint& endpoint);

}  // namespace footfall::core
