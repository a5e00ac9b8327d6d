// A conversion as Affily shows it.
#pragma once

#include <string_view>

#include "core/actions/reading/conversions.h"
#include "core/api/json_output.h"

namespace footfall::core::affily {

inline constexpr std::string_view kStatuses[] = {"pending", "approved", "rejected"};
inline constexpr std::string_view kRejectionReasons[] = {  // AFY-25
    "returned", "chargeback", "duplicate", "offer_terms_violation", "fraud", "other"};

// What is left of it, in major units (AFY-18).
std::string commission_of(const ConversionRow& row);
// All documented fields (AY-12).
ExactObject conversion_item(const ConversionRow& row);

}  // namespace footfall::core::affily
