// How BaClique says that something cannot be done: {"error": "<text>"} (BAC-10), with one of a few statuses.
#pragma once

#include <string_view>
#include <vector>

#include "core/api/field_reader.h"
#include "core/api/responses.h"

namespace footfall::core::baclique {

inline constexpr wire::Dialect kBaClique = wire::Dialect::baclique;
inline constexpr std::string_view kCampaignNotFound = "Campaign not found";  // BAC-09, literal
inline constexpr std::string_view kAffiliateNotFound = "Affiliate not found";
inline constexpr std::string_view kConversionNotFound = "Conversion not found";

// What BaClique's lists and their paging have in common (BAC-19, BAC-35, BA-9).
inline constexpr std::int64_t kPageDefault = 50;
inline constexpr std::int64_t kPageMax = 100;

ApiResponse invalid_response(std::string_view message);                   // 400
ApiResponse invalid_response(const std::vector<FieldProblem>& problems);  // … with the first one's message
ApiResponse not_found_response(std::string_view message);                 // 404
ApiResponse forbidden_response(std::string_view message);                 // 403
// From an action's error: what is not found says `missing`; what the caller asked for in vain is 400 with its reason.
ApiResponse action_response(const Error& error, std::string_view missing, const ApiRequest& request);

}  // namespace footfall::core::baclique
