// Somebody becomes a merchant without the operator: asks for an account of Selgeo's dialect and shows, by the link of a
// mail and the password that was chosen, that the address is theirs. What is answered, and how long it takes, does not
// tell whether the address has a user.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/actions/caller.h"
#include "core/storage/dashboard_users.h"

namespace footfall::core {

inline constexpr std::int64_t kRegistrationValid_s = 86'400;
inline constexpr std::int64_t kConfirmationsPerLink = 10;  // tried in a quarter of an hour

struct RegistrationSettings {
  bool is_open = false;     // strangers may register
  bool sends_mail = false;  // core can send mails
  std::string link_host;    // of a new account
};

struct Registration {
  std::string email, password;
  std::string name;     // the person's; may be empty
  std::string company;  // the account's
  std::string client;   // the address that asks, of whom may_mail() counts
};
// Asks for the mail. Beyond the limits of may_mail() nothing is sent, and nothing said. invalid: address, password or a
// name cannot be one; its code is the field: "email", "password", "name" or "company".
Result<void> request_registration(Database& database, const Registration& registration);

struct RegistrationMail {
  std::string token;  // empty: the address has a user already
};
// For that mail; none: there is nothing to confirm any more.
Result<std::optional<RegistrationMail>> make_registration_mail(Database& database, std::int64_t registration);

// Makes account and user. not_found: no such link, or it is too old, or the address has got a user meanwhile; conflict
// "wrong_password" or "too_often".
Result<DashboardUserRow> confirm_registration(Database& database, const RegistrationSettings& settings,
                                              std::string_view token, std::string_view password);
// After "too_often": in how many seconds the link can be tried again.
Result<std::int64_t> confirmation_wait_s(Database& database, std::string_view token);

}  // namespace footfall::core
