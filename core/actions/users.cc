// Hashing takes long on purpose and is never done inside a transaction.
#include "core/actions/users.h"

#include <algorithm>

#include "core/actions/checks.h"
#include "core/domain/identifiers.h"
#include "core/domain/keys.h"
#include "core/domain/passwords.h"
#include "core/storage/mails.h"
#include "proto/base/crypto.h"

namespace footfall::core {
namespace {

constexpr std::size_t kTokenCharacters = 43;
constexpr std::size_t kTokenCharactersMax = 128;

std::string attempt_hash(std::string_view kind, std::string_view subject) {
  return key_hash(std::string(kind) + ":" + std::string(subject));
}

}  // namespace

const std::string& password_of_nobody() {
  static const std::string kept = kept_password(random_token(kTokenCharacters));
  return kept;
}

std::string kept_password(std::string_view password) {
  char salt[kSaltBytes];
  random_bytes(salt, sizeof salt);
  return hash_password(password, {salt, sizeof salt});
}

Result<bool> may_attempt(Database& database, std::string_view kind, std::string_view subject, std::int64_t limit,
                         std::int64_t window_s) {
  auto count = count_attempt(database, attempt_hash(kind, subject), window_s);
  if (!count) return Failure(count.error());
  return *count <= limit;
}

Result<std::int64_t> attempts_wait_s(Database& database, std::string_view kind, std::string_view subject) {
  auto left_s = attempt_window_left_s(database, attempt_hash(kind, subject), kAttemptWindow_s);
  if (!left_s) return left_s;
  return std::max<std::int64_t>(1, *left_s);  // 0: the window has ended since
}

// What one bound refuses does not count against those after it.
Result<bool> may_mail(Database& database, std::string_view kind, std::string_view recipient, std::string_view client) {
  constexpr std::int64_t kHour_s = 3'600, kDay_s = 86'400;
  const std::string all = fold_identifier(recipient);
  const std::string own = all + " " + std::string(client);
  struct Bound {
    const std::string& subject;
    std::int64_t limit, window_s;
  };
  const bool is_first_mail = kind == mail_kind::kRegistration;
  const std::int64_t all_per_hour = is_first_mail ? kMailsPerHour : kMailsOfAllPerHour;
  const std::int64_t all_per_day = is_first_mail ? kMailsPerDay : kMailsOfAllPerDay;
  for (const Bound& bound : {Bound{own, kMailsPerHour, kHour_s}, Bound{own, kMailsPerDay, kDay_s},
                             Bound{all, all_per_hour, kHour_s}, Bound{all, all_per_day, kDay_s}}) {
    const std::string counted = std::string(kind) + "-in-" + std::to_string(bound.window_s);
    auto allowed = may_attempt(database, counted, bound.subject, bound.limit, bound.window_s);
    if (!allowed || !*allowed) return allowed;
  }
  return true;
}

Result<Session> start_session(Database& database, const UserRow& user, std::string_view address) {
  Session session{user, random_token(kTokenCharacters)};
  auto inserted = insert_session(database, key_hash(session.token), user, address, kSessionValid_s);
  if (!inserted) return Failure(inserted.error());
  return session;
}

Result<std::optional<UserRow>> user_of_session(Database& database, std::string_view token) {
  if (token.empty() || token.size() > kTokenCharactersMax) return std::nullopt;
  return find_session(database, key_hash(token));
}

Result<void> end_session(Database& database, std::string_view token) {
  return delete_session(database, key_hash(token));
}

Result<LogIn> check_log_in(Database& database, std::string_view email, std::string_view password,
                           std::string_view address) {
  const std::string folded = fold_identifier(email);
  auto from_address = may_attempt(database, "log-in-from", address, kLogInsPerAddress);
  if (!from_address) return Failure(from_address.error());
  if (!*from_address) return LogIn{LogInOutcome::too_often, {}};  // and locks nobody else's account
  auto to_account = may_attempt(database, "log-in-to", folded, kLogInsPerEmail);
  if (!to_account) return Failure(to_account.error());
  if (!*to_account) return LogIn{LogInOutcome::too_often, {}};
  auto user = find_user_by_email(database, email);
  if (!user) return Failure(user.error());
  const bool is_known = *user && (*user)->status == "active" && !(*user)->password_hash.empty();
  const bool matches = password_matches(is_known ? (*user)->password_hash : password_of_nobody(), password);
  if (!is_known || !matches) return LogIn{};
  if (auto forgotten = forget_log_ins(database, email); !forgotten) return Failure(forgotten.error());
  return LogIn{LogInOutcome::done, std::move(**user)};
}

Result<void> forget_log_ins(Database& database, std::string_view email) {
  return forget_attempts(database, key_hash("log-in-to:" + fold_identifier(email)));
}

Result<void> rename_user(Database& database, const UserRow& user, std::string_view name) {
  if (auto good = check_name("The name", name); !good) return good;
  auto stored = store_user_name(database, user.id, name);
  if (!stored) return Failure(stored.error());
  if (!*stored) return not_found("the account is deleted");
  return {};
}

// Of two at once with the same old password, the second finds that it is not right any more.
Result<UserRow> change_password(Database& database, UserRow user, std::string_view old_password,
                                std::string_view new_password) {
  auto allowed = may_attempt(database, "password-of", user.public_id, kLogInsPerEmail);
  if (!allowed) return Failure(allowed.error());
  if (!*allowed) return invalid("Too many tries. Wait a quarter of an hour.");
  if (!password_matches(user.password_hash, old_password)) return invalid("The present password is not right.");
  if (auto good = check_password(new_password, user.email); !good) return Failure(good.error());
  const std::string kept = kept_password(new_password);
  auto changed = database.transaction<void>([&]() -> Result<void> {
    auto active = lock_user(database, user.id, true);
    if (!active) return Failure(active.error());
    if (!*active) return not_found("the account is deleted");
    auto stored = replace_password_hash(database, user.id, user.password_hash, kept);
    if (!stored) return Failure(stored.error());
    if (!*stored) return invalid("The present password is not right.");
    if (auto ended = delete_sessions(database, user.id); !ended) return Failure(ended.error());
    if (auto ended = delete_password_resets(database, user.id); !ended) return Failure(ended.error());
    return insert_mail(database, mail_kind::kPasswordChanged, user.email);
  });
  if (!changed) return Failure(changed.error());
  user.password_hash = kept;
  return user;
}

Result<void> log_out_everywhere(Database& database, const UserRow& user) { return delete_sessions(database, user.id); }

}  // namespace footfall::core
