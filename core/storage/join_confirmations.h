// The table join_confirmations: who accepted an invitation and has yet to follow the link of a mail. All calls run on
// the caller's connection, inside its transaction if it has one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/storage/database.h"
#include "core/storage/invitations.h"

namespace footfall::core {

struct JoinConfirmationRow {
  std::int64_t id = 0;
  InvitationId invitation;
  std::string name, password_hash;
  std::string consent_version, consent_text, address;
};

// Takes the place of an earlier one of the same invitation, whose link is void then. Fills in id. Drops those that are
// too old on the way.
Result<void> store_join_confirmation(Database& database, JoinConfirmationRow& row, std::int64_t valid_s);
Result<void> set_join_token(Database& database, std::int64_t id, std::string_view token_hash);
// None: there is none (any more), or it is too old.
Result<std::optional<JoinConfirmationRow>> find_join_confirmation(Database& database, std::int64_t id);
Result<std::optional<JoinConfirmationRow>> find_join_by_token(Database& database, std::string_view token_hash);
Result<void> delete_join_confirmation(Database& database, InvitationId invitation);

}  // namespace footfall::core
