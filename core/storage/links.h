// The tables links and promo_codes: the two ways in which a visitor, or a buyer, names an affiliate.
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

struct LinkRow {
  wire::LinkId id;
  std::string public_id;
  wire::AccountId account;
  wire::Mode mode = wire::Mode::live;
  std::string host;  // lower case, without port
  std::string code;  // as given; unique per host, any case, while not deleted
  wire::CampaignId campaign;
  std::string campaign_public_id;         // read only
  wire::AffiliateId affiliate;            // none: the merchant's own
  std::string affiliate_public_id;        // read only; empty for none
  std::optional<std::string> target_url;  // none: the campaign's
  std::string status = "active";          // active, paused, archived, deleted
  std::optional<std::int64_t> starts_us;  // none: at once
  std::optional<std::int64_t> expires_us;
  std::optional<std::string> fallback_url;
  std::optional<std::int64_t> click_cap;  // of human clicks; none: no cap
  bool is_capped = false;                 // read only: the cap is reached (click_caps.h)
  std::string targets;                    // further ones: core/domain/link_targets.h
  std::int64_t created_us = 0;
  std::int64_t updated_us = 0;
};

// Fills in id, created_us and updated_us. A unique violation of links_host_code: the code is taken on the host.
Result<void> insert_link(Database& database, LinkRow& row);
Result<LinkRow> load_link(Database& database, const Scope& scope, std::string_view public_id, bool for_update = false);
// Those that are not deleted, one a host; `code` in any case.
Result<std::vector<LinkRow>> find_links_by_code(Database& database, std::string_view code);
Result<void> store_link(Database& database, const LinkRow& row);  // all but the read-only ones and its name

struct LinkFilter {
  wire::AccountId account;  // each: none means any
  wire::CampaignId campaign;
  wire::AffiliateId affiliate;
  std::optional<std::string> status;  // none: all but deleted
  int limit = 50;
  std::int64_t offset = 0;
  std::optional<wire::Mode> mode = {};  // none: any
};
Result<std::vector<LinkRow>> list_links(Database& database, const LinkFilter& filter);  // newest first
Result<std::int64_t> count_links(Database& database, const LinkFilter& filter);         // on all pages

}  // namespace footfall::core
