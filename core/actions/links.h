// Short links beside the one that joining a campaign makes: further codes of an affiliate, or links of the merchant's
// own, which credit nobody. A deleted link answers 404, and its code can be used again.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/actions/caller.h"
#include "core/storage/links.h"

namespace footfall::core {

struct LinkFields {                                       // what is absent keeps its value, or is not set
  std::optional<std::string> target_url;                  // empty: the campaign's
  std::optional<std::string> fallback_url;                // empty: none
  std::optional<std::optional<std::int64_t>> starts_us;   // inner none: at once
  std::optional<std::optional<std::int64_t>> expires_us;  // inner none: never
  std::optional<std::optional<std::int64_t>> click_cap;   // of human clicks, at least 1; inner none: no cap
  std::optional<std::vector<std::string>> targets;        // further ones, as core/domain/link_targets.h reads them
  std::optional<std::string> status;                      // active, paused, archived, deleted (final)
};

struct NewLink {
  std::string campaign;                  // public id
  std::optional<std::string> affiliate;  // public id, enrolled in the campaign; absent: the merchant's own
  std::optional<std::string> code;       // absent: made from the campaign's slug
  LinkFields fields;
};

// Code of the conflict: "code_taken".
Result<LinkRow> create_link(Database& database, const Caller& caller, const NewLink& link);
Result<LinkRow> update_link(Database& database, const Caller& caller, std::string_view public_id,
                            const LinkFields& fields);

}  // namespace footfall::core
