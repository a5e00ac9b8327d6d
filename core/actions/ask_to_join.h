// A stranger asks to join a public campaign, on its page /c/{slug}. The answer is a mail to the address, whose link is
// an invitation (accept_invitation.h); what is said on the page, and how long it takes, does not tell whether the
// address has an account or is in the campaign, for nothing is looked up before the mail is written. Who is logged in
// has shown their address and needs no mail; in test mode no mail is sent, and everybody gets a link (SELX-16).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/actions/accept_invitation.h"
#include "core/domain/site.h"

namespace footfall::core {

// In a quarter of an hour.
inline constexpr std::int64_t kJoinRequestsPerAddress = 20;    // of clients
inline constexpr std::int64_t kJoinRequestsPerCampaign = 300;  // by all of them

struct PublicCampaign {
  Campaign campaign;
  AccountRow account;
};
// None: there is no campaign of that name, or it takes no strangers (any more, or yet).
Result<std::optional<PublicCampaign>> find_public_campaign(Database& database, std::string_view slug);
// Where strangers ask to join. None: the campaign takes none, or no mail could be sent to them.
std::optional<std::string> join_url(const Site& site, const CampaignRow& campaign, bool sends_mail);

// Counts a try of the client (users.h); false: there were too many, or too many of all clients for this campaign.
Result<bool> may_ask_to_join(Database& database, const CampaignRow& campaign, std::string_view client);
// Beyond the limits of may_mail() nothing is sent, and nothing said. invalid: this is no address.
Result<void> ask_to_join(Database& database, const CampaignRow& campaign, std::string_view email,
                         std::string_view client);

enum class JoinAnswer : std::uint8_t {
  link,       // here it is
  member,     // the person takes part, and has an account
  pending,    // has applied, and has an account
  rejected,   // was turned down; by asking again nobody comes to take part
  removed,    // … likewise
  suspended,  // in the campaign or the whole account
  closed,     // the campaign takes no strangers any more
};
struct JoinLink {
  JoinAnswer answer = JoinAnswer::closed;
  PublicCampaign campaign;  // without its terms
  std::string token;        // of a link; it is good once and for seven days
};
// What the owner of the address is told; a link voids the one before. In test mode it is always a link, so that the
// page that shows it tells nothing of the address. invalid: this is no address.
Result<JoinLink> make_join_link(Database& database, wire::CampaignId campaign, std::string_view email);

}  // namespace footfall::core
