// Rows of promotion codes. A code belongs to one promotion of an account and mode for ever, in any case.
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

using PromoId = wire::Identifier<struct PromoTag>;

struct PromoRow {
  PromoId id;
  std::string public_id;
  wire::AccountId account;
  wire::Mode mode = wire::Mode::live;
  std::string code;
  wire::CampaignId campaign;
  std::string campaign_public_id;  // read only
  wire::AffiliateId affiliate;
  std::string affiliate_public_id;  // read only
  std::string status = "active";    // active, disabled
  std::int64_t created_us = 0;
};

// Fills in id and created_us. A unique violation of promo_codes_account_id: the code is taken in account and mode.
Result<void> insert_promo(Database& database, PromoRow& row);
Result<PromoRow> load_promo(Database& database, const Scope& scope, std::string_view public_id,
                            bool for_update = false);
Result<void> store_promo_status(Database& database, PromoId id, std::string_view status);

struct PromoFilter {
  wire::AccountId account;  // each: none means any
  wire::CampaignId campaign;
  wire::AffiliateId affiliate;
  int limit = 50;
  std::int64_t offset = 0;
  std::optional<wire::Mode> mode = {};  // none: any
};
Result<std::vector<PromoRow>> list_promos(Database& database, const PromoFilter& filter);  // newest first
Result<std::int64_t> count_promos(Database& database, const PromoFilter& filter);          // on all pages

}  // namespace footfall::core
