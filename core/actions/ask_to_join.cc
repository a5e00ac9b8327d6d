// Asking writes a mail and looks nothing up. What the address has in the campaign's account is looked up when the mail
// is written (core/deliver/mail_texts.cc), and again, with a lock, when the invitation is accepted.
#include "core/actions/ask_to_join.h"

#include <utility>

#include "core/actions/checks.h"
#include "core/actions/invitations.h"
#include "core/domain/codes.h"
#include "core/domain/keys.h"
#include "core/storage/campaign_terms.h"
#include "core/storage/mails.h"
#include "proto/base/crypto.h"

namespace footfall::core {
namespace {

constexpr std::size_t kTokenCharacters = 32;

JoinAnswer answer_to(const Standing& standing) {
  constexpr std::pair<std::string_view, JoinAnswer> kAnswers[] = {{"active", JoinAnswer::member},
                                                                  {"pending", JoinAnswer::pending},
                                                                  {"rejected", JoinAnswer::rejected},
                                                                  {"removed", JoinAnswer::removed},
                                                                  {"suspended", JoinAnswer::suspended}};
  // Whom the merchant has entered gets an account by the link.
  if (!standing.has_account && !standing.is_turned_down()) return JoinAnswer::link;
  for (const auto& [status, answer] : kAnswers) {
    if (standing.status == status) return answer;
  }
  return JoinAnswer::link;
}

Result<JoinLink> make_once(Database& database, wire::CampaignId id, std::string_view email) {
  auto row = load_campaign(database, id);
  if (!row) return Failure(row.error());
  if (!row->takes_strangers) return JoinLink{};
  JoinLink made;
  made.campaign.campaign.row = std::move(*row);
  const CampaignRow& campaign = made.campaign.campaign.row;
  auto account = load_account(database, campaign.account);
  if (!account) return Failure(account.error());
  made.campaign.account = std::move(*account);
  made.answer = JoinAnswer::link;
  if (campaign.mode == wire::Mode::live) {
    auto standing = standing_in(database, campaign, email, false);
    if (!standing) return Failure(standing.error());
    made.answer = answer_to(*standing);
  }
  if (made.answer != JoinAnswer::link) return made;
  if (auto dropped = drop_forgotten_invitations(database); !dropped) return Failure(dropped.error());
  if (auto voided = void_invitation(database, id, email, true); !voided) return Failure(voided.error());
  InvitationRow invitation;
  invitation.campaign = id;
  invitation.email = email;
  invitation.is_asked = true;
  made.token = random_token(kTokenCharacters);
  auto inserted = insert_invitation(database, invitation, key_hash(made.token), kInvitationValid_s);
  if (!inserted) return Failure(inserted.error());
  return made;
}

}  // namespace

Result<std::optional<PublicCampaign>> find_public_campaign(Database& database, std::string_view slug) {
  // A name may have given a slug that nobody could have chosen as a code.
  if (!check_code(slug) && !is_reserved_code(slug)) return std::nullopt;
  auto row = find_campaign_by_slug(database, slug);
  if (!row) return Failure(row.error());
  if (!*row || !(*row)->takes_strangers) return std::nullopt;
  PublicCampaign found;
  found.campaign.row = std::move(**row);
  auto terms = list_terms(database, found.campaign.row.id);
  if (!terms) return Failure(terms.error());
  found.campaign.terms = std::move(*terms);
  auto account = load_account(database, found.campaign.row.account);
  if (!account) return Failure(account.error());
  found.account = std::move(*account);
  return found;
}

std::optional<std::string> join_url(const Site& site, const CampaignRow& campaign, bool sends_mail) {
  const bool needs_mail = campaign.mode == wire::Mode::live;
  if (!campaign.takes_strangers || (needs_mail && !sends_mail)) return std::nullopt;
  return site.join_url(campaign.slug);
}

Result<bool> may_ask_to_join(Database& database, const CampaignRow& campaign, std::string_view client) {
  auto from_client = may_attempt(database, "join-from", client, kJoinRequestsPerAddress);
  if (!from_client || !*from_client) return from_client;  // and uses up nothing of the campaign's
  return may_attempt(database, "join-into", campaign.public_id, kJoinRequestsPerCampaign);
}

Result<void> ask_to_join(Database& database, const CampaignRow& campaign, std::string_view email,
                         std::string_view client) {
  auto address = parse_email(email);
  if (!address) return Failure(address.error());
  return database.transaction<void>([&]() -> Result<void> {
    auto allowed = may_mail(database, mail_kind::kJoinRequest, *address, client);
    if (!allowed) return Failure(allowed.error());
    if (!*allowed) return {};
    return insert_mail(database, mail_kind::kJoinRequest, *address, static_cast<std::int64_t>(campaign.id.value));
  });
}

Result<JoinLink> make_join_link(Database& database, wire::CampaignId campaign, std::string_view email) {
  auto address = parse_email(email);
  if (!address) return Failure(address.error());
  return database.transaction<JoinLink>([&]() -> Result<JoinLink> {
    // Of two at once for one address, the second waits and voids the first.
    if (auto locked = lock_invitations(database, campaign, *address); !locked) return Failure(locked.error());
    return make_once(database, campaign, *address);
  });
}

}  // namespace footfall::core
