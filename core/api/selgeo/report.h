// The body of POST /api/v1/conversions, read and validated field by field (SEL-20…25, SELX-01…04, SE-22…24).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/wire/ids.h"

namespace footfall::core::selgeo {

struct FieldIssue {
  std::string field;  // "body" for the document itself
  std::string message;
};

struct Report {
  std::optional<wire::ClickId> click;
  std::optional<std::string> promo_code;
  std::string external_transaction_id;
  std::string event_type;
  std::int64_t amount_cents = 0;
  std::optional<std::string> currency;  // upper case
  std::optional<std::int64_t> occurred_us;
  std::optional<std::string> prospect_email;
};

// Every issue at once, in the order of the reference's fields; empty: `report` is complete. Unknown fields are ignored.
std::vector<FieldIssue> read_report(std::string_view body, Report& report);

}  // namespace footfall::core::selgeo
