// Affiliates in campaigns: joining without an invitation, and every change of their standing. A suspended or removed
// affiliate's links go on redirecting and credit nobody (BA-14); history stays.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/actions/record_change.h"
#include "core/storage/affiliates.h"
#include "core/storage/links.h"

namespace footfall::core {

struct Joining {
  std::string campaign;  // public id
  std::string email;
  std::optional<std::string> name;        // absent: as known, or empty
  std::string status = "active";          // of the enrolment: pending, active, rejected, suspended
  std::optional<std::string> code;        // absent: made from the campaign's slug, "summer-x7k2"
  std::optional<std::string> target_url;  // of the link; absent: the campaign's
};

struct Joined {
  AffiliateRow affiliate;
  EnrolmentRow enrolment;
  LinkRow link;
};

// Finds or makes the affiliate by e-mail in the campaign's account and mode, enrols it and makes its link. Who was
// removed or rejected joins again under the code of then. Codes of conflicts: "already_joined", "code_taken",
// "participant_erased" (SEL-43).
Result<Joined> join_affiliate(Database& database, const Caller& caller, const Joining& joining);

// Everywhere: active or suspended. Erasure is final.
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
