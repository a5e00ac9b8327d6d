// A link is looked up and the password hashed outside of any transaction, for hashing takes long; the token is taken
// inside of one, with everything that ends with it.
#include "core/actions/password_reset.h"

#include "core/actions/checks.h"
#include "core/actions/record_change.h"
#include "core/actions/users.h"
#include "core/domain/identifiers.h"
#include "core/domain/keys.h"
#include "core/domain/passwords.h"
#include "core/storage/mails.h"
#include "proto/base/crypto.h"

namespace footfall::core {
namespace {

constexpr std::size_t kTokenCharacters = 32;
constexpr std::size_t kTokenCharactersMax = 128;

Result<std::optional<UserRow>> find(Database& database, std::string_view token) {
  if (token.empty() || token.size() > kTokenCharactersMax) return std::nullopt;
  return find_password_reset(database, key_hash(token));
}

Result<PasswordReset> make_reset(Database& database, UserRow user) {
  PasswordReset made{std::move(user), random_token(kTokenCharacters)};
  auto stored = store_password_reset(database, key_hash(made.token), made.user.id, kPasswordResetValid_s);
  if (!stored) return Failure(stored.error());
  return made;
}

Failure unknown_token() { return not_found("there is no such link"); }

}  // namespace

Result<PasswordReset> make_password_reset(Database& database, const Caller& caller, std::string_view email) {
  if (auto allowed = caller.must_cross_accounts(); !allowed) return Failure(allowed.error());
  return database.transaction<PasswordReset>([&]() -> Result<PasswordReset> {
    auto user = find_user_by_email(database, email);
    if (!user) return Failure(user.error());
    if (!*user) return not_found("nobody with the address " + std::string(email) + " has an account for the pages");
    auto made = make_reset(database, std::move(**user));
    if (!made) return made;
    auto recorded = record_change(database, caller, {{}, {}, "user.reset_link", made->user.public_id, {}, {}, {}});
    if (!recorded) return Failure(recorded.error());
    return made;
  });
}

Result<bool> request_password_reset(Database& database, std::string_view email, std::string_view client) {
  auto address = parse_email(email);
  if (!address) return Failure(address.error());
  return database.transaction<bool>([&]() -> Result<bool> {
    auto from_client = may_attempt(database, "reset-from", client, kResetsPerAddress);
    if (!from_client || !*from_client) return from_client;
    auto to_recipient = may_mail(database, mail_kind::kPasswordReset, *address, client);
    if (!to_recipient) return to_recipient;
    if (!*to_recipient) return true;
    auto asked = insert_mail(database, mail_kind::kPasswordReset, *address);
    if (!asked) return Failure(asked.error());
    return true;
  });
}

Result<std::optional<PasswordReset>> make_requested_reset(Database& database, std::string_view email) {
  return database.transaction<std::optional<PasswordReset>>([&]() -> Result<std::optional<PasswordReset>> {
    auto user = find_user_by_email(database, email);
    if (!user) return Failure(user.error());
    if (!*user || (*user)->status != "active") return std::nullopt;
    auto made = make_reset(database, std::move(**user));
    if (!made) return Failure(made.error());
    return std::move(*made);
  });
}

Result<bool> is_password_reset(Database& database, std::string_view token) {
  auto user = find(database, token);
  if (!user) return Failure(user.error());
  return user->has_value();
}

Result<UserRow> reset_password(Database& database, std::string_view token, std::string_view password) {
  auto owner = find(database, token);
  if (!owner) return Failure(owner.error());
  if (!*owner) return unknown_token();
  if (auto good = check_password(password, (*owner)->email); !good) return Failure(good.error());
  const std::string kept = kept_password(password);
  return database.transaction<UserRow>([&]() -> Result<UserRow> {
    auto user = take_password_reset(database, key_hash(token));  // of two at once, the second finds none
    if (!user) return Failure(user.error());
    if (!*user) return unknown_token();
    auto stored = store_password_hash(database, (*user)->id, kept);
    if (!stored) return Failure(stored.error());
    if (!*stored) return unknown_token();  // the account was deleted meanwhile
    (*user)->password_hash = kept;
    if (auto ended = delete_sessions(database, (*user)->id); !ended) return Failure(ended.error());
    if (auto forgotten = forget_log_ins(database, (*user)->email); !forgotten) return Failure(forgotten.error());
    auto told = insert_mail(database, mail_kind::kPasswordChanged, (*user)->email);
    if (!told) return Failure(told.error());
    return std::move(**user);
  });
}

}  // namespace footfall::core
