#include "core/actions/invitations.h"

#include "core/actions/checks.h"
#include "core/actions/fresh_code.h"
#include "core/actions/record_change.h"
#include "core/domain/keys.h"
#include "core/storage/affiliates.h"
#include "core/storage/applications.h"
#include "core/storage/enrolments.h"
#include "core/storage/invitations.h"
#include "proto/base/crypto.h"

namespace footfall::core {
namespace {

constexpr std::size_t kTokenCharacters = 32;

// What the campaign has of an address.
struct Place {
  std::string status;  // of the enrolment; empty: the address is not in the campaign, or not any more
  bool has_log_in = false;
};
Result<Place> find_place(Database& database, const CampaignRow& campaign, std::string_view email) {
  auto affiliate = find_affiliate_by_email(database, campaign.account, campaign.mode, email);
  if (!affiliate) return Failure(affiliate.error());
  if (!*affiliate) return Place{};
  auto enrolment = find_enrolment(database, campaign.id, (*affiliate)->id);
  if (!enrolment) return Failure(enrolment.error());
  if (!*enrolment || (*enrolment)->status == "removed" || (*enrolment)->status == "rejected") return Place{};
  auto account = has_user(database, (*affiliate)->id);
  if (!account) return Failure(account.error());
  return Place{(*enrolment)->status, *account};
}

Result<void> check_not_joined(Database& database, const CampaignRow& campaign, std::string_view email,
                              Entered entered) {
  auto place = find_place(database, campaign, email);
  if (!place) return Failure(place.error());
  const bool needs_account = !place->has_log_in && campaign.mode == wire::Mode::live;
  if (place->status.empty() || (needs_account && entered == Entered::are_invited)) return {};
  return taken("already_joined", "the affiliate is in the campaign already, as " + place->status);
}

// Without the address, which an erasure would have to find there.
Result<void> record(Database& database, const Caller& caller, std::string_view action, const CampaignRow& campaign,
                    const InvitationRow& invitation) {
  ChangeDetails details;
  details.add("invitation", invitation.public_id);
  return record_change(database, caller,
                       {campaign.account, campaign.mode, action, campaign.public_id, std::move(details), {}, {}});
}

Result<Invitation> invite_once(Database& database, const Caller& caller, std::string_view public_id,
                               const std::string& email, Entered entered) {
  auto campaign = load_campaign(database, caller.scope(), public_id);
  if (!campaign) return Failure(campaign.error());
  if (campaign->status == "deleted") return not_found("the campaign is deleted");
  if (campaign->status == "archived") return about("campaign", "the campaign is archived");
  if (auto absent = check_not_joined(database, *campaign, email, entered); !absent) return Failure(absent.error());
  if (auto voided = void_invitation(database, campaign->id, email, false); !voided) return Failure(voided.error());
  InvitationRow row;
  row.campaign = campaign->id;
  row.email = email;
  std::string token = random_token(kTokenCharacters);
  auto inserted = insert_invitation(database, row, key_hash(token), kInvitationValid_s);
  if (!inserted) return Failure(inserted.error());
  if (auto recorded = record(database, caller, "affiliate.invite", *campaign, row); !recorded) {
    return Failure(recorded.error());
  }
  return Invitation{std::move(*campaign), row.public_id, email, std::move(token), row.expires_us};
}

}  // namespace

Result<Invitation> invite_affiliate(Database& database, const Caller& caller, std::string_view campaign,
                                    std::string_view email, Entered entered) {
  auto address = parse_email(email);
  if (!address) return about("email", address.error());
  // Two invitations of one address at once: the second runs again and voids the first.
  return with_fresh_code("invites_open", [&](int) {
    return database.transaction<Invitation>([&] { return invite_once(database, caller, campaign, *address, entered); });
  });
}

Result<void> revoke_invitation(Database& database, const Caller& caller, std::string_view campaign,
                               std::string_view invitation) {
  return database.transaction<void>([&]() -> Result<void> {
    auto of = load_campaign(database, caller.scope(), campaign);
    if (!of) return Failure(of.error());
    if (of->status == "deleted") return not_found("the campaign is deleted");
    auto row = lock_open_invitation(database, of->id, invitation);
    if (!row) return Failure(row.error());
    if (!*row) return not_found("the campaign has no such open invitation; see affiliate invitations");
    if (auto voided = void_invitation(database, of->id, (*row)->email, false); !voided) return voided;
    return record(database, caller, "affiliate.uninvite", *of, **row);
  });
}

}  // namespace footfall::core
