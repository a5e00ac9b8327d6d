// Somebody follows an invitation: looks at it, and accepts it with an account of their own (BAC-49, BAC-56). The token
// proves that the person got the link that was made for the address, which whoever made it has, too. So where mails are
// sent, a new account comes about by the link of a mail (confirm_join.h), and neither the answer nor its time tells
// whether the address has an account. The token of an invitation that the person has asked for was itself sent by mail
// to the address alone, so that it makes the account at once.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/actions/campaigns.h"
#include "core/actions/users.h"
#include "core/storage/accounts.h"
#include "core/storage/invitations.h"

namespace footfall::core {

enum class InvitationState : std::uint8_t {
  open,
  unknown,   // no such token
  expired,   // older than seven days
  voided,    // another one was made for the address
  accepted,  // used already
  closed,    // the campaign is archived or deleted; of one that was asked for: it takes no strangers any more
  declined,  // the merchant has turned the person down since; of one that was asked for: or has suspended them
};

struct OpenedInvitation {
  InvitationState state = InvitationState::unknown;
  InvitationRow invitation;  // and the rest: of every state but `unknown`
  Campaign campaign;
  AccountRow account;
  bool is_member = false;  // the address is active in the campaign already: only its account is missing
};
Result<OpenedInvitation> open_invitation(Database& database, std::string_view token);
// Whether who joins by it waits until the merchant decides.
bool waits_for_approval(const OpenedInvitation& opened);

// What the campaign's account has of an address.
struct Standing {
  std::string status;        // of the enrolment, or "suspended" with the affiliate; empty: there is none
  bool has_account = false;  // for the pages
  // The merchant has decided against the person, which nothing that they ask for themselves undoes.
  bool is_turned_down() const { return status == "rejected" || status == "removed" || status == "suspended"; }
};
// `for_update`: the enrolment is locked to the end of the transaction.
Result<Standing> standing_in(Database& database, const CampaignRow& campaign, std::string_view email, bool for_update);

struct Consent {
  std::string version, text;  // in the words that were shown
  std::string address;        // from where
};
struct Acceptance {
  std::string token;
  std::optional<UserRow> user;  // who is logged in; none: by password
  std::string password;         // of the address's account, or of the one to be made
  std::string name;             // of a new account
  Consent consent;
  bool confirms_by_mail = false;
};

enum class AcceptOutcome : std::uint8_t {
  joined,
  joined_in_test,   // a campaign of test mode: without an account, because its affiliates have no portal (SELX-16)
  not_open,         // see `state`; of two accepts at once, the second
  another_address,  // who is logged in is not who was invited
  wrong_password,   // not that of the account which the address has, or not the one that was chosen
  look_into_mail,   // a link there goes on
  has_account,      // of a confirmation: the address has got an account meanwhile
  too_often,
};
struct Accepted {
  AcceptOutcome outcome = AcceptOutcome::joined;
  InvitationState state = InvitationState::open;
  UserRow user;          // joined
  CampaignRow campaign;  // joined
  bool waits_for_approval = false;
};
// One transaction: account, enrolment, link, consent and the end of the token. In test mode no account is made and no
// mail sent, whatever confirms_by_mail says. invalid: a password or a name that cannot be one; the message is for the
// person.
Result<Accepted> accept_invitation(Database& database, const Acceptance& acceptance);

// For this unit and confirm_join.h: what is to be said of an invitation, and the joining itself, inside of the
// caller's transaction, which with_fresh_code() repeats. Locked are the enrolment of the invited address, if there is
// one, and then the invitation: in the order of a removal and of a rejection (affiliates.h), so that neither has to
// give way to a deadlock. `user` is made if it has no id.
Result<OpenedInvitation> lock_and_describe(Database& database, InvitationId id);
Result<Accepted> join_invited(Database& database, OpenedInvitation opened, const Consent& consent, UserRow user,
                              int attempt);
UserRow new_user(const std::string& email, std::string_view name, std::string password_hash);

}  // namespace footfall::core
