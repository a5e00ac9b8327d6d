// An application: an enrolment in a private campaign and all that is said of it to who decides and who applied; and the
// table application_links. All calls run on the caller's connection, inside its transaction if it has one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/storage/database.h"
#include "core/storage/enrolments.h"
#include "proto/wire/ids.h"

namespace footfall::core {

struct ApplicationRow {
  EnrolmentId enrolment;
  std::string status;  // of the enrolment
  std::string affiliate_public_id, affiliate_name, affiliate_email;
  std::string campaign_public_id, campaign_name;
  wire::AccountId account;
  std::string account_name;
  wire::Mode mode = wire::Mode::live;
};

Result<std::optional<ApplicationRow>> find_application(Database& database, EnrolmentId enrolment);
// None: nobody's token, or it is too old.
Result<std::optional<ApplicationRow>> find_application_by_token(Database& database, std::string_view token_hash);
// The one link of the application; another one takes its place. Drops expired ones on the way.
Result<void> store_application_link(Database& database, std::string_view token_hash, EnrolmentId enrolment,
                                    std::int64_t valid_s);
// Whether the affiliate logs in to the pages.
Result<bool> has_user(Database& database, wire::AffiliateId affiliate);

}  // namespace footfall::core
