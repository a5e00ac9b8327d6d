// The second half of accepting an invitation with a new account, where mails are sent: a link in a mail to the invited
// address shows that it is the person's own, and makes the account. The password that was chosen is asked for once
// more: had somebody else accepted with theirs, the owner of the address would not know it, and make them no account.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/actions/accept_invitation.h"

namespace footfall::core {

inline constexpr std::int64_t kJoinLinkValid_s = 86'400;

struct JoinMail {
  OpenedInvitation invitation;
  std::string token;  // empty: the address has an account, which has another password than was given
};
// For the mail of a confirmation; none: it is over, or its invitation is. A token that was made before is void.
Result<std::optional<JoinMail>> make_join_mail(Database& database, std::int64_t confirmation);

// None: no such token, or it is older than a day.
Result<std::optional<OpenedInvitation>> open_join(Database& database, std::string_view token);

// Makes the account and joins. not_found: no such token; of two at once, the second.
Result<Accepted> confirm_join(Database& database, std::string_view token, std::string_view password);

}  // namespace footfall::core
