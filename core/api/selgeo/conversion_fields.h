// The body of POST /api/v1/conversions, read field by field (SEL-20…25, SELX-01…04, SE-22…24).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/api/field_reader.h"
#include "proto/wire/ids.h"

namespace footfall::core::selgeo {

struct ConversionFields {
  std::optional<wire::ClickId> click;
  std::optional<std::string> promo_code;
  std::string external_transaction_id;
  std::string event_type;
  std::int64_t amount_cents = 0;
  std::optional<std::string> currency;  // upper case
  std::optional<std::int64_t> occurred_us;
  std::optional<std::string> prospect_email;
};

// Complete when the reader has no problem; they stand in the order of the reference's fields. Unknown fields are
// ignored.
ConversionFields read_conversion_fields(FieldReader& read);

}  // namespace footfall::core::selgeo
