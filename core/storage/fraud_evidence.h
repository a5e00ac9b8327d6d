// What fraud rules are judged by: who the affiliate is, and what was booked before. One statement for any number of
// conversions, which reads a bounded number of rows for each. All calls run on the caller's connection, inside its
// transaction if it has one.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/domain/fraud.h"
#include "core/storage/conversions.h"
#include "core/storage/database.h"
#include "proto/wire/ids.h"

namespace footfall::core {

struct FraudQuery {
  wire::CampaignId campaign = {};
  wire::AffiliateId affiliate = {};  // whom the conversion credits
  ConversionId conversion = {};      // itself, if it is booked already; it is not compared with itself
  FraudRules rules = {};
  std::optional<std::string> click_id = {};  // UUID text
  std::string click_address = {};            // as kept with the click, 4 or 16 bytes; empty: none
  std::string mailbox = {};                  // of the buyer (mailbox_of); empty: not known
  std::string goal = {};
  std::optional<std::int64_t> amount_minor = {};
  std::optional<std::string> currency = {};
  std::int64_t reported_us = 0;  // windows end here
};
// In the order of the queries. Hashes are keyed with a secret of this database.
Result<std::vector<FraudEvidence>> find_fraud_evidence(Database& database, std::span<const FraudQuery> queries);

}  // namespace footfall::core
