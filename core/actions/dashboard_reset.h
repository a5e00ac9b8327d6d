// A dashboard user who has forgotten the password asks for a link by mail. It is good once and for an hour.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/actions/password_reset.h"
#include "core/storage/dashboard_users.h"

namespace footfall::core {

// Asks for a mail with a link. Whether the address has a user is looked up when the mail is sent, so that neither the
// answer nor its time can tell. Beyond the limits of may_mail() nothing is sent, and nothing said. invalid: it is no
// address.
// `client`: the address that asks, of whom may_mail() counts.
Result<void> request_dashboard_reset(Database& database, std::string_view email, std::string_view client);

struct DashboardReset {
  DashboardUserRow user;
  std::string token;  // shown once; a new one voids the one before
};
// For that mail; none: nobody who may log in has the address.
Result<std::optional<DashboardReset>> make_dashboard_reset(Database& database, std::string_view email);
Result<bool> is_dashboard_reset(Database& database, std::string_view token);
// Ends the token and all sessions, and tells the person by mail. not_found: no such token, or it is too old; invalid:
// the password cannot be one, and the message is for the person.
Result<DashboardUserRow> finish_dashboard_reset(Database& database, std::string_view token, std::string_view password);

}  // namespace footfall::core
