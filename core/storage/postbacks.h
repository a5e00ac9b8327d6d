// The tables postback_endpoints and postback_log (AffSpace's callbacks, AFS-47, AF-15).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/storage/database.h"
#include "core/storage/scope.h"
#include "proto/wire/ids.h"

namespace footfall::core {

struct PostbackEndpoint {
  std::int64_t id = 0;
  std::string public_id;
  wire::AccountId account;
  std::string account_public_id;  // read only
  std::string name;
  bool primary = true;
  bool key_less = false;            // the id is the secret; no key is asked for
  std::optional<std::string> goal;  // of callbacks that name none
  bool disabled = false;
  std::int64_t created_us = 0;
};
Result<void> insert_postback_endpoint(Database& database, PostbackEndpoint& endpoint);
Result<std::optional<PostbackEndpoint>> find_postback_endpoint(Database& database, const Scope& scope,
                                                               std::string_view public_id);
// Disabled ones, too; not_found.
Result<PostbackEndpoint> load_postback_endpoint(Database& database, const Scope& scope, std::string_view public_id);
Result<void> disable_postback_endpoint(Database& database, std::int64_t id);
Result<std::vector<PostbackEndpoint>> list_postback_endpoints(Database& database,
                                                              wire::AccountId account);  // none: all

struct PostbackEntry {
  std::int64_t id = 0;  // read only
  std::int64_t endpoint_id = 0;
  std::int64_t received_us = 0;  // read only
  std::string method;
  std::string parameters;  // credentials blanked
  std::string client;
  int status = 0;
  std::string outcome;
  std::string message;
  std::optional<std::string> conversion_id;
  std::string request_id;
};
// Keeps the newest kPostbackLogMax entries of the endpoint, and up to kPostbackLogSlack more until the next trim.
inline constexpr std::int64_t kPostbackLogMax = 10'000;
inline constexpr std::int64_t kPostbackLogSlack = 100;
Result<void> append_postback_log(Database& database, const PostbackEntry& entry);
Result<std::vector<PostbackEntry>> list_postback_log(Database& database, std::int64_t endpoint_id,
                                                     int limit);  // newest first
Result<std::int64_t> trim_postback_log(Database& database, std::int64_t before_us);

}  // namespace footfall::core
