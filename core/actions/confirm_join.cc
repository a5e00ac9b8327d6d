#include "core/actions/confirm_join.h"

#include "core/actions/fresh_code.h"
#include "core/domain/keys.h"
#include "core/domain/passwords.h"
#include "core/storage/join_confirmations.h"
#include "proto/base/crypto.h"

namespace footfall::core {
namespace {

constexpr std::size_t kTokenCharacters = 32;
constexpr std::size_t kTokenCharactersMax = 128;

Result<std::optional<JoinConfirmationRow>> find(Database& database, std::string_view token) {
  if (token.empty() || token.size() > kTokenCharactersMax) return std::nullopt;
  return find_join_by_token(database, key_hash(token));
}

Failure unknown_token() { return not_found("there is no such link"); }

Accepted refusal(AcceptOutcome outcome) {
  Accepted refused;
  refused.outcome = outcome;
  return refused;
}

// `checked`: the confirmation whose password was right.
Result<Accepted> confirm_once(Database& database, std::string_view token, const JoinConfirmationRow& checked,
                              int attempt) {
  auto found = find(database, token);
  if (!found) return Failure(found.error());
  if (!*found || (*found)->password_hash != checked.password_hash) return unknown_token();
  auto opened = lock_and_describe(database, checked.invitation);
  if (!opened) return Failure(opened.error());
  const std::string email = opened->invitation.email;
  auto known = find_user_by_email(database, email);
  if (!known) return Failure(known.error());
  if (*known && opened->state == InvitationState::open) return refusal(AcceptOutcome::has_account);
  if (auto forgotten = forget_log_ins(database, email); !forgotten) return Failure(forgotten.error());
  const Consent consent{checked.consent_version, checked.consent_text, checked.address};
  UserRow user = new_user(email, checked.name, checked.password_hash);
  return join_invited(database, std::move(*opened), consent, std::move(user), attempt);
}

}  // namespace

Result<std::optional<JoinMail>> make_join_mail(Database& database, std::int64_t confirmation) {
  return database.transaction<std::optional<JoinMail>>([&]() -> Result<std::optional<JoinMail>> {
    auto row = find_join_confirmation(database, confirmation);
    if (!row) return Failure(row.error());
    if (!*row) return std::nullopt;
    auto opened = lock_and_describe(database, (*row)->invitation);
    if (!opened) return Failure(opened.error());
    if (opened->state != InvitationState::open) return std::nullopt;
    auto known = find_user_by_email(database, opened->invitation.email);
    if (!known) return Failure(known.error());
    JoinMail mail{std::move(*opened), {}};
    if (*known) return mail;
    mail.token = random_token(kTokenCharacters);
    auto stored = set_join_token(database, confirmation, key_hash(mail.token));
    if (!stored) return Failure(stored.error());
    return mail;
  });
}

Result<std::optional<OpenedInvitation>> open_join(Database& database, std::string_view token) {
  return database.transaction<std::optional<OpenedInvitation>>([&]() -> Result<std::optional<OpenedInvitation>> {
    auto row = find(database, token);
    if (!row) return Failure(row.error());
    if (!*row) return std::nullopt;
    auto opened = lock_and_describe(database, (*row)->invitation);
    if (!opened) return Failure(opened.error());
    return std::move(*opened);
  });
}

Result<Accepted> confirm_join(Database& database, std::string_view token, std::string_view password) {
  auto found = find(database, token);
  if (!found) return Failure(found.error());
  if (!*found) return unknown_token();
  const JoinConfirmationRow& row = **found;
  auto allowed = may_attempt(database, "join-of", std::to_string(row.id), kLogInsPerEmail);
  if (!allowed) return Failure(allowed.error());
  if (!*allowed) return refusal(AcceptOutcome::too_often);
  if (!password_matches(row.password_hash, password)) return refusal(AcceptOutcome::wrong_password);
  return with_fresh_code("_", [&](int attempt) {
    return database.transaction<Accepted>([&] { return confirm_once(database, token, row, attempt); });
  });
}

}  // namespace footfall::core
