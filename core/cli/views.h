// Rows as JSON objects with stable keys: what --json prints. Ids are public ids, times ISO 8601 UTC, amounts decimal
// texts. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/actions/campaigns.h"
#include "core/actions/reading/accounts.h"
#include "core/actions/reading/affiliates.h"
#include "core/actions/reading/clicks.h"
#include "core/actions/reading/links.h"

namespace boost::json {
class object;
class value;
}  // namespace boost::json

namespace footfall::core {

boost::json::object account_view(const AccountRow& row);
boost::json::object key_view(const ApiKeyRow& row);
// `exponent`: of its amounts; `join_url`: of its public page, if it has one.
boost::json::object campaign_view(const Campaign& campaign, int exponent, const std::optional<std::string>& join_url);
boost::json::object affiliate_view(const AffiliateRow& row);
boost::json::object enrolment_view(const EnrolmentRow& row);
boost::json::object link_view(const LinkRow& row);
boost::json::object promo_view(const PromoRow& row);
// All but conflicts and conversions.
boost::json::object click_view(const StoredClick& click);

boost::json::value time_view(const std::optional<std::int64_t>& wall_us);
boost::json::value text_view(const std::optional<std::string>& text);
boost::json::value text_or_null(const std::string& text);      // null when empty
boost::json::value parsed_view(const std::string& json_text);  // of a jsonb column
std::string address_text(const std::string& ip_bytes);         // "192.0.2.0", "2001:db8::"; "" for none

}  // namespace footfall::core
