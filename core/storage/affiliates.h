// The tables affiliates and enrolments. An affiliate belongs to an account and a mode, known by its e-mail address; an
// enrolment joins it to a campaign under a code. Neither is ever deleted: clicks and money refer to them.
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

struct AffiliateRow {
  wire::AffiliateId id;
  std::string public_id;
  wire::AccountId account;
  std::string account_public_id;  // read only
  wire::Mode mode = wire::Mode::live;
  std::string email;
  std::string name;
  std::string status = "active";  // active, suspended, erased
  std::int64_t created_us = 0;
};

// Fills in id and created_us. A unique violation of affiliates_email: the account has that address in this mode.
Result<void> insert_affiliate(Database& database, AffiliateRow& row);
Result<AffiliateRow> load_affiliate(Database& database, const Scope& scope, std::string_view public_id,
                                    bool for_update = false);
Result<std::vector<AffiliateRow>> load_affiliates(Database& database, const std::vector<std::uint64_t>& ids);
Result<std::optional<AffiliateRow>> find_affiliate_by_email(Database& database, wire::AccountId account,
                                                            wire::Mode mode, std::string_view email);
Result<void> store_affiliate(Database& database, const AffiliateRow& row);  // email, name and status

struct AffiliateFilter {
  wire::AccountId account;    // none: of all
  wire::CampaignId campaign;  // none: of any; else those enrolled, removed ones too
  std::optional<std::string> status;
  int limit = 50;
  std::int64_t offset = 0;
  std::optional<wire::Mode> mode = {};  // none: any
  // With a campaign: those with that status there (an active one is active in the account, too); and not those who
  // were removed from it or erased.
  std::optional<std::string> standing = {};
  bool without_removed = false;
  std::optional<std::string> email = {};  // that address, any case
};
Result<std::vector<AffiliateRow>> list_affiliates(Database& database, const AffiliateFilter& filter);  // newest first
Result<std::int64_t> count_affiliates(Database& database, const AffiliateFilter& filter);              // on all pages

}  // namespace footfall::core
