// Changes of an affiliate and of its enrolments in campaigns. The links of a suspended or removed affiliate go on
// redirecting and credit nobody (BA-14); what was earned before stays.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/actions/caller.h"
#include "core/storage/affiliates.h"
#include "core/storage/enrolments.h"

namespace footfall::core {

// In the whole account: active or suspended. Erasure is final.
Result<AffiliateRow> set_affiliate_status(Database& database, const Caller& caller, std::string_view affiliate,
                                          std::string_view status);
// In one campaign: pending, active, rejected, suspended or removed.
Result<EnrolmentRow> set_enrolment_status(Database& database, const Caller& caller, std::string_view campaign,
                                          std::string_view affiliate, std::string_view status);

struct AffiliateFields {
  std::optional<std::string> email;
  std::optional<std::string> name;
};
Result<AffiliateRow> update_affiliate(Database& database, const Caller& caller, std::string_view affiliate,
                                      const AffiliateFields& fields);

}  // namespace footfall::core
