// An affiliate joins a campaign: the affiliate, its enrolment and its link are made together, without an invitation.
#pragma once

#include <optional>
#include <string>

#include "core/actions/caller.h"
#include "core/storage/affiliates.h"
#include "core/storage/enrolments.h"
#include "core/storage/links.h"

namespace footfall::core {

struct JoinRequest {
  std::string campaign;  // public id
  std::string email;
  std::optional<std::string> name;        // absent: as known, or empty
  std::string status = "active";          // of the enrolment: pending, active, rejected, suspended
  std::optional<std::string> code;        // absent: made from the campaign's slug, "summer-x7k2"
  std::optional<std::string> target_url;  // of the link; absent: the campaign's
  bool undoes_rejection = true;           // false: who was rejected has "already_joined"
};

struct EnrolledAffiliate {
  AffiliateRow affiliate;
  EnrolmentRow enrolment;
  LinkRow link;
};

// Finds or makes the affiliate by e-mail in the campaign's account and mode, enrols it and makes its link. An affiliate
// that was removed, or rejected if the request undoes that, joins again under its former code. Codes of conflicts:
// "already_joined", "code_taken", "participant_erased" (SEL-43).
Result<EnrolledAffiliate> join_affiliate(Database& database, const Caller& caller, const JoinRequest& request);
// The same inside of the caller's transaction, which with_fresh_code() repeats: `attempt` is the number that it gives.
// Address, name, status, code and target are in the form that join_affiliate() would have brought them to.
Result<EnrolledAffiliate> join_inside(Database& database, const Caller& caller, const JoinRequest& request,
                                      int attempt);

}  // namespace footfall::core
