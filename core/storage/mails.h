// The table mails: which mails are to be sent. Whoever has something to tell writes a row in the transaction of the
// change; core/deliver sends it after the commit. Times are the database's own, so that several processes agree on what
// is due. All calls run on the caller's connection, inside its transaction if it has one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/storage/database.h"

namespace footfall::core {

// What a mail is about decides what its `about` holds.
namespace mail_kind {
inline constexpr std::string_view kPasswordReset = "password_reset";                         // nothing
inline constexpr std::string_view kPasswordChanged = "password_changed";                     // nothing
inline constexpr std::string_view kJoinConfirmation = "join_confirmation";                   // the confirmation's id
inline constexpr std::string_view kJoinRequest = "join_request";                             // the campaign's id
inline constexpr std::string_view kApplication = "application";                              // the enrolment's id
inline constexpr std::string_view kApplicationDecided = "application_decided";               // the enrolment's id
inline constexpr std::string_view kRegistration = "registration";                            // the registration's id
inline constexpr std::string_view kDashboardReset = "dashboard_reset";                       // nothing
inline constexpr std::string_view kDashboardPasswordChanged = "dashboard_password_changed";  // nothing
}  // namespace mail_kind

// Nothing happens if the same mail waits already and nobody has tried to send it yet.
Result<void> insert_mail(Database& database, std::string_view kind, std::string_view recipient,
                         std::optional<std::int64_t> about = std::nullopt);

struct DueMail {
  std::int64_t id = 0;
  std::string public_id, kind, recipient;
  std::optional<std::int64_t> about;
  int attempt = 1;  // the one that is to be made now
  std::int64_t age_us = 0;
};
// The one that has been due longest, if any; for `lease_us` nobody else takes it.
Result<std::optional<DueMail>> take_due_mail(Database& database, std::int64_t lease_us);
// It was sent, or there is nothing to say any more.
Result<void> delete_mail(Database& database, std::int64_t id);
Result<void> postpone_mail(Database& database, const DueMail& mail, std::int64_t delay_us, std::string_view error);
Result<void> fail_mail(Database& database, const DueMail& mail, std::string_view error);

struct MailQueue {
  std::int64_t waiting = 0, failed = 0;
};
Result<MailQueue> mail_queue(Database& database);
// Deletes what is older, sent or not; at most 10,000 at once.
Result<std::int64_t> trim_mails(Database& database, std::int64_t created_before_us);

}  // namespace footfall::core
