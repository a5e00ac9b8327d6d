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
  // Itself, if it is booked already. It is compared with what was booked before it; whether it is a duplicate, also
  // with what was credited after it and is not held, for that may not have been compared with it.
  ConversionId conversion = {};
  FraudRules rules = {};
  std::optional<std::string> click_id = {};  // UUID text
  std::string click_address = {};            // these two as in ClickLookup
  std::string click_visitor = {};
  std::string mailbox = {};  // of the buyer (mailbox_of); empty: not known
  std::string goal = {};
  std::optional<std::int64_t> amount_minor = {};
  std::optional<std::string> currency = {};
  std::int64_t reported_us = 0;  // windows end here
};
// Until the transaction ends, nobody else who calls this, in whatever process, goes on with an affiliate, a click or a
// buyer in a campaign that one of the queries names: what is found and what is booked by it then belong together.
Result<void> lock_fraud_evidence(Database& database, std::span<const FraudQuery> queries);
// In the order of the queries. Hashes are keyed with a secret of this database.
Result<std::vector<FraudEvidence>> find_fraud_evidence(Database& database, std::span<const FraudQuery> queries);

}  // namespace footfall::core
