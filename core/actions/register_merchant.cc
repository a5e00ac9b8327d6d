// The password is hashed before anything is looked up, and whether the address has a user is looked up when the mail is
// sent: so neither the answer nor its time can tell. Account and user are made in one transaction by the mail's link.
#include "core/actions/register_merchant.h"

#include "core/actions/accounts.h"
#include "core/actions/checks.h"
#include "core/actions/dashboard_users.h"
#include "core/actions/record_change.h"
#include "core/actions/users.h"
#include "core/domain/keys.h"
#include "core/domain/passwords.h"
#include "core/storage/mails.h"
#include "core/storage/registrations.h"
#include "core/storage/row_reader.h"
#include "proto/base/crypto.h"

namespace footfall::core {
namespace {

constexpr std::size_t kTokenCharacters = 32;
constexpr std::size_t kTokenCharactersMax = 128;
constexpr std::string_view kTriesKind = "confirm-registration";

Failure unknown_link() { return not_found("there is no such link"); }

Failure at_field(std::string_view field, Error error) {
  error.code = field;
  return Failure(std::move(error));
}

Result<RegistrationRow> checked(const Registration& registration) {
  RegistrationRow row;
  auto email = parse_email(registration.email);
  if (!email) return at_field("email", email.error());
  if (auto good = check_password(registration.password, *email); !good) return at_field("password", good.error());
  if (!registration.name.empty()) {
    if (auto good = check_name("the name", registration.name); !good) return at_field("name", good.error());
  }
  if (auto good = check_name("the company", registration.company); !good) return at_field("company", good.error());
  row.email = *email;
  row.name = registration.name;
  row.company = registration.company;
  return row;
}

Result<std::optional<RegistrationRow>> find(Database& database, std::string_view token) {
  if (token.empty() || token.size() > kTokenCharactersMax) return std::nullopt;
  return find_registration_by_token(database, key_hash(token));
}

Result<DashboardUserRow> make_merchant(Database& database, const RegistrationSettings& settings,
                                       const RegistrationRow& registration) {
  const Caller caller = registration_caller();
  AccountFields fields;
  fields.name = registration.company;
  fields.contact_email = registration.email;
  fields.link_host = settings.link_host;
  auto account = create_account_inside(database, caller, wire::Dialect::selgeo, fields);
  if (!account) return Failure(account.error());
  DashboardUserRow user;
  user.account = account->id;
  user.account_public_id = account->public_id;
  user.email = registration.email;
  user.name = registration.name;
  user.password_hash = registration.password_hash;
  return insert_dashboard_user_inside(database, caller, std::move(user));
}

}  // namespace

Result<void> request_registration(Database& database, const Registration& registration) {
  auto row = checked(registration);
  if (!row) return Failure(row.error());
  row->password_hash = kept_password(registration.password);  // takes long, so not within the transaction
  auto asked = database.transaction<bool>([&]() -> Result<bool> {
    auto allowed = may_mail(database, mail_kind::kRegistration, row->email, registration.client);
    if (!allowed || !*allowed) return allowed;
    if (auto stored = store_registration(database, *row, kRegistrationValid_s); !stored) return Failure(stored.error());
    if (auto mail = insert_mail(database, mail_kind::kRegistration, row->email, row->id); !mail) {
      return Failure(mail.error());
    }
    return true;
  });
  if (!asked) return Failure(asked.error());
  return {};
}

Result<std::optional<RegistrationMail>> make_registration_mail(Database& database, std::int64_t registration) {
  return database.transaction<std::optional<RegistrationMail>>([&]() -> Result<std::optional<RegistrationMail>> {
    auto row = find_registration(database, registration);
    if (!row) return Failure(row.error());
    if (!*row) return std::nullopt;
    auto known = find_dashboard_user(database, (*row)->email);
    if (!known) return Failure(known.error());
    RegistrationMail mail;
    if (*known) return mail;
    mail.token = random_token(kTokenCharacters);
    auto stored = set_registration_token(database, registration, key_hash(mail.token));
    if (!stored) return Failure(stored.error());
    return mail;
  });
}

Result<DashboardUserRow> confirm_registration(Database& database, const RegistrationSettings& settings,
                                              std::string_view token, std::string_view password) {
  auto found = find(database, token);
  if (!found) return Failure(found.error());
  if (!*found) return unknown_link();
  auto allowed = may_attempt(database, kTriesKind, std::to_string((*found)->id), kConfirmationsPerLink);
  if (!allowed) return Failure(allowed.error());
  if (!*allowed) return taken("too_often", "too many tries; wait a quarter of an hour");
  const std::string hash = (*found)->password_hash;
  if (!password_matches(hash, password)) return taken("wrong_password", "this is not the password that was chosen");
  return database.transaction<DashboardUserRow>([&]() -> Result<DashboardUserRow> {
    auto row = find(database, token);  // of two at once, the second finds none
    if (!row) return Failure(row.error());
    if (!*row || (*row)->password_hash != hash) return unknown_link();
    auto user = make_merchant(database, settings, **row);
    if (!user && user.error().code == "email_taken") return unknown_link();
    if (!user) return user;
    if (auto deleted = delete_registration(database, (*row)->id); !deleted) return Failure(deleted.error());
    return user;
  });
}

Result<std::int64_t> confirmation_wait_s(Database& database, std::string_view token) {
  auto found = find(database, token);
  if (!found) return Failure(found.error());
  if (!*found) return 1;  // used or replaced since
  return attempts_wait_s(database, kTriesKind, std::to_string((*found)->id));
}

}  // namespace footfall::core
