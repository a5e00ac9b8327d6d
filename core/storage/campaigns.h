// The tables campaigns and terms. A campaign is Selgeo's program, AffSpace's and Affily's offer, BaClique's campaign.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/fraud.h"
#include "core/domain/keys.h"
#include "core/domain/terms.h"
#include "core/storage/database.h"
#include "core/storage/scope.h"
#include "proto/wire/ids.h"

namespace footfall::core {

struct CampaignRow {
  wire::CampaignId id;
  std::string public_id;
  wire::AccountId account;
  std::string account_public_id, account_currency, account_time_zone;  // read only
  wire::Mode mode = wire::Mode::live;
  std::optional<std::string> code;  // AffSpace's offer code
  std::string slug;                 // unique in the installation, any case
  std::string name;
  std::string status = "active";        // draft, active, paused, archived, deleted
  std::string model = "cpa";            // cpa, cps, revshare
  std::optional<std::string> currency;  // none: the conversion's own
  std::string target_url;
  std::string deep_link_hosts;  // to which ?url= may lead: core/domain/allowed_hosts.h; empty: it means nothing
  std::optional<std::string> fallback_url;
  std::optional<std::int64_t> expires_us;
  std::optional<std::string> click_parameter;        // none: the dialect's
  std::string visibility = "public";                 // public, private
  bool join_review = true;                           // who asked on the public page waits for approval
  std::optional<std::int64_t> attribution_window_s;  // none: no limit
  std::int64_t hold_s = 0;
  bool auto_approve = true;
  std::string precedence = "click";  // click, code
  std::optional<std::int64_t> budget_minor;
  std::int64_t customer_limit = 0;  // 0: none
  std::int64_t click_limit = 0;
  FraudRules fraud;
  std::int64_t created_us = 0;
  std::int64_t updated_us = 0;
  bool takes_strangers = false;  // read only: public, running and not expired, of an active account
};

// Fills in id, created_us and updated_us, not what is read only. Unique violations: campaigns_code, campaigns_slug.
Result<void> insert_campaign(Database& database, CampaignRow& row);
Result<CampaignRow> load_campaign(Database& database, wire::CampaignId id);
Result<std::vector<CampaignRow>> load_campaigns(Database& database, const std::vector<std::uint64_t>& ids);  // by id
Result<CampaignRow> load_campaign(Database& database, const Scope& scope, std::string_view public_id,
                                  bool for_update = false);
Result<std::optional<CampaignRow>> find_campaign_by_slug(Database& database, std::string_view slug);  // any case
// Everything but id, public_id, account, mode and created_us.
Result<void> store_campaign(Database& database, const CampaignRow& row);

struct CampaignFilter {
  wire::AccountId account;  // none: of all
  std::optional<wire::Mode> mode;
  std::optional<std::string> status;  // none: all but deleted
  std::optional<std::string> code;    // AffSpace's offer code, any case
  wire::CampaignId below;             // cursor: older than this one
  int limit = 50;
  std::int64_t offset = 0;
};
Result<std::vector<CampaignRow>> list_campaigns(Database& database, const CampaignFilter& filter);  // newest first
Result<std::int64_t> count_campaigns(Database& database, const CampaignFilter& filter);             // on all pages

}  // namespace footfall::core
