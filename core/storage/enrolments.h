// Rows of enrolments: which affiliate is in which campaign, with what status and code.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/storage/database.h"
#include "proto/wire/ids.h"

namespace footfall::core {

using EnrolmentId = wire::Identifier<struct EnrolmentTag>;

struct EnrolmentRow {
  EnrolmentId id;
  wire::CampaignId campaign;
  std::string campaign_public_id;  // read only
  wire::AffiliateId affiliate;
  std::string affiliate_public_id, affiliate_email, affiliate_name, affiliate_status;  // read only
  std::string status = "active";         // pending, active, rejected, suspended, removed
  std::string code;                      // as given
  std::optional<std::string> link_host;  // read only: where the link of that code lives; none: it has none any more
  std::int64_t joined_us = 0;
  std::optional<std::int64_t> removed_us;
};

// Fills in id and joined_us. A unique violation of enrolments_code: another affiliate of the campaign has the code.
Result<void> insert_enrolment(Database& database, EnrolmentRow& row);
Result<std::optional<EnrolmentRow>> find_enrolment(Database& database, wire::CampaignId campaign,
                                                   wire::AffiliateId affiliate, bool for_update = false);
// Sets removed_at with the status "removed" and clears it with any other.
Result<void> store_enrolment_status(Database& database, EnrolmentId id, std::string_view status);

struct EnrolmentFilter {
  wire::CampaignId campaign;          // none: of any
  wire::AffiliateId affiliate;        // none: of any
  std::optional<std::string> status;  // none: all but removed
  int limit = 50;
  std::int64_t offset = 0;
  bool with_removed = false;            // with no status: those too
  wire::AccountId account = {};         // of the campaign; none: any
  std::optional<wire::Mode> mode = {};  // none: any
};
Result<std::vector<EnrolmentRow>> list_enrolments(Database& database, const EnrolmentFilter& filter);  // newest first
Result<std::int64_t> count_enrolments(Database& database, const EnrolmentFilter& filter);              // on all pages
// Those of the affiliates in one campaign, removed ones too, in any order.
Result<std::vector<EnrolmentRow>> enrolments_of(Database& database, wire::CampaignId campaign,
                                                const std::vector<std::uint64_t>& affiliates);

}  // namespace footfall::core
