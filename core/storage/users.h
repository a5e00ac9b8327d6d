// The tables of people who log in to the pages: users, sessions, password_resets, consents, attempts. Of tokens and
// subjects the caller passes hashes. All calls run on the caller's connection, inside its transaction if it has one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/storage/database.h"
#include "proto/wire/ids.h"

namespace footfall::core {

using UserId = wire::Identifier<struct UserTag>;

struct UserRow {
  UserId id;
  std::string public_id;
  std::string email;
  std::string name;
  std::string password_hash;
  std::string status = "active";  // active, erased
  std::int64_t created_us = 0;
};

// Fills in id and created_us. A unique violation of users_email: the address has a user.
Result<void> insert_user(Database& database, UserRow& row);
Result<std::optional<UserRow>> find_user_by_email(Database& database, std::string_view email);
// Each sets its own columns alone, of a user who is active. False: there is none, an erasure was first.
Result<bool> store_user_name(Database& database, UserId user, std::string_view name);
Result<bool> store_password_hash(Database& database, UserId user, std::string_view password_hash);
// … unless the hash is another one than `before` by now, which is false, too.
Result<bool> replace_password_hash(Database& database, UserId user, std::string_view before, std::string_view after);
Result<bool> store_erased_user(Database& database, UserId user);
// Until the transaction ends nobody erases the user, nor changes them with `for_update`. False: no active user.
Result<bool> lock_user(Database& database, UserId user, bool for_update);
// False, and nothing is changed: the affiliate has another user.
Result<bool> set_affiliate_user(Database& database, wire::AffiliateId affiliate, UserId user);

// Drops expired sessions on the way. Of a user who was erased meanwhile, or has another password by now, nothing is
// kept.
Result<void> insert_session(Database& database, std::string_view token_hash, const UserRow& user,
                            std::string_view address, std::int64_t valid_s);
// Whose session it is; none: nobody's, or it has expired.
Result<std::optional<UserRow>> find_session(Database& database, std::string_view token_hash);
Result<void> delete_session(Database& database, std::string_view token_hash);
Result<void> delete_sessions(Database& database, UserId user);

// The one open reset of the user; another one takes its place.
Result<void> store_password_reset(Database& database, std::string_view token_hash, UserId user, std::int64_t valid_s);
Result<void> delete_password_resets(Database& database, UserId user);
// Whose it is; none: nobody's, or too old. To take it ends it.
Result<std::optional<UserRow>> find_password_reset(Database& database, std::string_view token_hash);
Result<std::optional<UserRow>> take_password_reset(Database& database, std::string_view token_hash);

struct ConsentRow {
  UserId user;
  wire::CampaignId campaign;
  std::string version, text, address;
};
Result<void> insert_consent(Database& database, const ConsentRow& row);

// Counts one more try of the subject and answers how many there were in its window of `window_s`, this one included.
Result<std::int64_t> count_attempt(Database& database, std::string_view subject, std::int64_t window_s);
// How much of the subject's window is left, in seconds, rounded up; 0: none is open.
Result<std::int64_t> attempt_window_left_s(Database& database, std::string_view subject, std::int64_t window_s);
Result<void> forget_attempts(Database& database, std::string_view subject);

}  // namespace footfall::core
