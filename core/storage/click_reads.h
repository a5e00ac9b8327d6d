// Stored clicks as an operator reads them: one with all that is known of it, or many in the order of their ids. Reading
// takes no locks.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/storage/database.h"
#include "core/storage/scope.h"
#include "proto/wire/ids.h"

namespace footfall::core {

struct StoredClick {
  wire::ClickId id;
  wire::AccountId account;
  wire::Mode mode = wire::Mode::live;
  wire::AffiliateId affiliate;
  std::int64_t received_us = 0;  // by the edge's clock
  std::uint32_t verdict = 0;     // bits of proto/wire/click.h; 0: it counts
  bool is_unique = false;
  std::int64_t source = 0;  // wire::ClickSource
  std::string visitor, ip;  // 16 bytes, 4 or 16 bytes; empty: unknown
  std::optional<std::string> user_agent, referrer, landing;
  std::array<std::optional<std::string>, 5> sub;
  std::string utm = "{}", params = "{}";  // JSON objects
  std::uint64_t number = 0;               // within its stream
  // The owners of the click, by public id; empty where there is none.
  std::string account_public_id, dialect, campaign_public_id, campaign_name;
  std::optional<std::int64_t> window_s;  // the campaign's attribution window as it is now; none: no limit
  std::string affiliate_public_id, affiliate_email;
  std::string link_public_id, link_host, link_code, key_public_id;
  // The stream that brought it.
  std::int64_t stream_id = 0;
  std::string edge;
  std::string incarnation;            // 16 bytes
  std::uint64_t stream_position = 0;  // every click up to this number is stored
  std::string rules;                  // 32 bytes, the version of the rules that judged it; empty: not recorded
};

// The lowest id of that millisecond; what is out of the range of 48 bits is brought to its end.
std::string lowest_click_id_at(std::int64_t wall_us);

// More than one when several accounts or modes have the same id.
Result<std::vector<StoredClick>> find_stored_clicks(Database& database, const wire::ClickId& id);

struct ClickFilter {
  wire::AccountId account;  // none: any; so with the next three
  wire::CampaignId campaign;
  wire::AffiliateId affiliate;
  wire::LinkId link;
  std::optional<wire::Mode> mode;
  std::optional<std::int64_t> from_us;  // of the click's id, as partitions and statistics count; inclusive
  std::optional<std::int64_t> to_us;    // exclusive
  bool net_only = false;                // verdict 0
};
// A page in ascending order of (id, account, mode), at most `limit`; `after` is the last click of the page before.
Result<std::vector<StoredClick>> read_clicks(Database& database, const ClickFilter& filter, const StoredClick* after,
                                             int limit);

// The same id came again with another link or affiliate (PROTOCOL.md 11).
struct ClickConflict {
  std::int64_t received_us = 0;
  std::string campaign_public_id, affiliate_public_id, link_public_id;
  std::string edge;
  std::uint64_t number = 0;
};
Result<std::vector<ClickConflict>> conflicts_of_click(Database& database, const Scope& scope, const wire::ClickId& id);

}  // namespace footfall::core
