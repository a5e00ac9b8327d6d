// Applications for private campaigns (BAC-54). Whoever runs the campaign decides: by the API, by the command line, or
// by a link that comes by mail. The link is the proof: it was sent to the account's address and nobody else has it.
// The affiliate is told by mail.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/actions/caller.h"
#include "core/storage/applications.h"

namespace footfall::core {

inline constexpr std::int64_t kApplicationLinkValid_s = 30 * 86'400;

// To the account's contact address, in the transaction of the application. Nothing without an address, or in test mode.
Result<void> tell_of_application(Database& database, const AccountRow& account, wire::Mode mode, EnrolmentId enrolment);

struct ApplicationLink {
  ApplicationRow application;
  std::string token;
};
// For that mail; none: it has been decided meanwhile. A new one voids the one before.
Result<std::optional<ApplicationLink>> make_application_link(Database& database, EnrolmentId enrolment);
// None: nobody's token, or it is older than 30 days.
Result<std::optional<ApplicationRow>> open_application(Database& database, std::string_view token);

enum class Decision : std::uint8_t { approve, reject };
// Returns the status afterwards. A decision that was made already stays: of two at once, the second finds the first
// one's.
// not_found: no such token.
Result<std::string> decide_by_link(Database& database, std::string_view token, Decision decision);
// Decides on an application; one that was rejected can be approved afterwards. To decide what is so already changes
// nothing. conflict "not_pending": any decision on a suspended affiliate, and the rejection of an active one.
// not_found: no such campaign or affiliate, or one that was removed.
Result<std::string> decide_application(Database& database, const Caller& caller, std::string_view campaign,
                                       std::string_view affiliate, Decision decision);

}  // namespace footfall::core
