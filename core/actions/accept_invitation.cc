// First who it is, by session or password, outside of any transaction, for that takes long; then everything else inside
// one, which begins by locking the place of the address, if it has one, and the invitation, and looking at them again.
#include "core/actions/accept_invitation.h"

#include "core/actions/applications.h"
#include "core/actions/checks.h"
#include "core/actions/confirm_join.h"
#include "core/actions/fresh_code.h"
#include "core/actions/join_affiliate.h"
#include "core/domain/identifiers.h"
#include "core/domain/keys.h"
#include "core/domain/passwords.h"
#include "core/storage/affiliates.h"
#include "core/storage/applications.h"
#include "core/storage/campaign_terms.h"
#include "core/storage/enrolments.h"
#include "core/storage/join_confirmations.h"
#include "core/storage/mails.h"

namespace footfall::core {
namespace {

constexpr std::size_t kTokenCharactersMax = 128;

InvitationState state_of(const InvitationRow& invitation, const CampaignRow& campaign) {
  if (invitation.accepted_us) return InvitationState::accepted;
  if (invitation.voided_us) return InvitationState::voided;
  if (invitation.is_expired) return InvitationState::expired;
  if (invitation.is_asked && !campaign.takes_strangers) return InvitationState::closed;
  const bool is_over = campaign.status == "archived" || campaign.status == "deleted";
  return is_over ? InvitationState::closed : InvitationState::open;
}

// `standing`: of the invited address.
Result<OpenedInvitation> describe(Database& database, InvitationRow invitation, CampaignRow campaign,
                                  const Standing& standing) {
  OpenedInvitation opened;
  opened.invitation = std::move(invitation);
  opened.campaign.row = std::move(campaign);
  auto account = load_account(database, opened.campaign.row.account);
  if (!account) return Failure(account.error());
  opened.account = std::move(*account);
  opened.state = state_of(opened.invitation, opened.campaign.row);
  opened.is_member = standing.status == "active";
  // What a merchant has decided is not undone by an invitation that they did not make.
  const bool is_declined = opened.invitation.is_asked && standing.is_turned_down();
  if (opened.state == InvitationState::open && is_declined) opened.state = InvitationState::declined;
  if (opened.state != InvitationState::voided) return opened;
  // It gives way to a newer one, or ends with what the merchant decided (change_standing, revoke_invitation).
  auto replaced = has_newer_invitation(database, opened.invitation);
  if (!replaced) return Failure(replaced.error());
  if (!*replaced) opened.state = InvitationState::declined;
  return opened;
}

Result<OpenedInvitation> look_up(Database& database, std::string_view token, bool for_update) {
  if (token.empty() || token.size() > kTokenCharactersMax) return OpenedInvitation{};
  auto invitation = find_invitation(database, key_hash(token));
  if (!invitation) return Failure(invitation.error());
  if (!*invitation) return OpenedInvitation{};
  if (for_update) return lock_and_describe(database, (*invitation)->id);
  auto campaign = load_campaign(database, (*invitation)->campaign);
  if (!campaign) return Failure(campaign.error());
  auto standing = standing_in(database, *campaign, (*invitation)->email, false);
  if (!standing) return Failure(standing.error());
  return describe(database, std::move(**invitation), std::move(*campaign), *standing);
}

// The account of the invited address: the one that is logged in, the one that the password opens, or a new one without
// an id. An outcome instead if it is none of these.
struct Person {
  AcceptOutcome outcome = AcceptOutcome::joined;
  UserRow user;
};
Result<Person> identify(Database& database, const Acceptance& acceptance, const std::string& email,
                        bool confirms_by_mail) {
  if (acceptance.user) {
    if (!is_same_name(acceptance.user->email, email)) return Person{AcceptOutcome::another_address, {}};
    return Person{AcceptOutcome::joined, *acceptance.user};
  }
  auto logged_in = check_log_in(database, email, acceptance.password, acceptance.consent.address);
  if (!logged_in) return Failure(logged_in.error());
  if (logged_in->outcome == LogInOutcome::too_often) return Person{AcceptOutcome::too_often, {}};
  if (logged_in->outcome == LogInOutcome::done) return Person{AcceptOutcome::joined, std::move(logged_in->user)};
  if (!confirms_by_mail) {
    auto known = find_user_by_email(database, email);
    if (!known) return Failure(known.error());
    if (*known) return Person{AcceptOutcome::wrong_password, {}};
  }
  if (auto good = check_password(acceptance.password, email); !good) return Failure(good.error());
  if (auto good = check_name("Your name", acceptance.name); !good) return Failure(good.error());
  Person person{AcceptOutcome::joined, new_user(email, acceptance.name, kept_password(acceptance.password))};
  if (confirms_by_mail) {
    person.outcome = AcceptOutcome::look_into_mail;
    return person;
  }
  if (auto forgotten = forget_log_ins(database, email); !forgotten) return Failure(forgotten.error());
  return person;
}

// Kept until the link of the mail is followed; the mail itself tells the owner of an account that there is one. Where
// the address has got too many mails already, what was kept before stays, with its link.
Result<Accepted> ask_by_mail(Database& database, const Acceptance& acceptance, const UserRow& user) {
  return database.transaction<Accepted>([&]() -> Result<Accepted> {
    auto opened = look_up(database, acceptance.token, true);
    if (!opened) return Failure(opened.error());
    Accepted accepted;
    accepted.state = opened->state;
    accepted.outcome = AcceptOutcome::not_open;
    if (opened->state != InvitationState::open) return accepted;
    accepted.outcome = AcceptOutcome::look_into_mail;
    auto allowed =
        may_mail(database, mail_kind::kJoinConfirmation, opened->invitation.email, acceptance.consent.address);
    if (!allowed) return Failure(allowed.error());
    if (!*allowed) return accepted;
    const Consent& consent = acceptance.consent;
    JoinConfirmationRow row{
        0, opened->invitation.id, user.name, user.password_hash, consent.version, consent.text, consent.address};
    if (auto stored = store_join_confirmation(database, row, kJoinLinkValid_s); !stored) return Failure(stored.error());
    auto asked = insert_mail(database, mail_kind::kJoinConfirmation, opened->invitation.email, row.id);
    if (!asked) return Failure(asked.error());
    return accepted;
  });
}

// Whom the merchant has put into the campaign is in it and stays what they are in it: only the account is missing.
struct Joined {
  wire::AffiliateId affiliate;
  std::string status;       // of the enrolment
  EnrolmentId application;  // none: nobody need be asked anew
};
Result<Joined> join(Database& database, const Caller& caller, const JoinRequest& joining, const CampaignRow& campaign,
                    int attempt) {
  auto joined = join_inside(database, caller, joining, attempt);
  if (joined) {
    return Joined{joined->affiliate.id, joined->enrolment.status,
                  joining.status == "pending" ? joined->enrolment.id : EnrolmentId{}};
  }
  if (joined.error().code != "already_joined") return Failure(joined.error());
  auto present = find_affiliate_by_email(database, campaign.account, campaign.mode, joining.email);
  if (!present) return Failure(present.error());
  FOOTFALL_CHECK(present->has_value());
  auto enrolment = find_enrolment(database, campaign.id, (*present)->id);
  if (!enrolment) return Failure(enrolment.error());
  FOOTFALL_CHECK(enrolment->has_value());
  return Joined{(*present)->id, (*enrolment)->status, {}};
}

JoinRequest request_of(const OpenedInvitation& opened) {
  JoinRequest joining;
  joining.campaign = opened.campaign.row.public_id;
  joining.email = opened.invitation.email;
  joining.status = waits_for_approval(opened) ? "pending" : "active";
  return joining;
}

// Nobody shows that the address is theirs, so nothing may come of it but a row among test data.
Result<Accepted> join_in_test_mode(Database& database, OpenedInvitation opened, int attempt) {
  Accepted accepted;
  accepted.state = opened.state;
  accepted.outcome = AcceptOutcome::not_open;
  if (opened.state != InvitationState::open) return accepted;
  const CampaignRow& campaign = opened.campaign.row;
  const Caller caller = invitation_caller(campaign.public_id, opened.account);
  auto joined = join(database, caller, request_of(opened), campaign, attempt);
  if (!joined) return Failure(joined.error());
  if (auto used = store_acceptance(database, opened.invitation.id); !used) return Failure(used.error());
  accepted.outcome = AcceptOutcome::joined_in_test;
  accepted.campaign = std::move(opened.campaign.row);
  return accepted;
}

// In a transaction that holds the invitation: `join` gets it as it is then, and the number of the attempt.
template <typename Join>
Result<Accepted> accept_locked(Database& database, std::string_view token, const Join& join) {
  return with_fresh_code("_", [&](int attempt) {
    return database.transaction<Accepted>([&]() -> Result<Accepted> {
      auto locked = look_up(database, token, true);
      if (!locked) return Failure(locked.error());
      return join(database, std::move(*locked), attempt);
    });
  });
}

}  // namespace

UserRow new_user(const std::string& email, std::string_view name, std::string password_hash) {
  UserRow user;
  user.public_id = wire::new_public_id("usr_");
  user.email = email;
  user.name = name;
  user.password_hash = std::move(password_hash);
  return user;
}

Result<OpenedInvitation> lock_and_describe(Database& database, InvitationId id) {
  auto seen = load_invitation(database, id, false);
  if (!seen) return Failure(seen.error());
  auto campaign = load_campaign(database, seen->campaign);
  if (!campaign) return Failure(campaign.error());
  auto standing = standing_in(database, *campaign, seen->email, true);
  if (!standing) return Failure(standing.error());
  auto invitation = load_invitation(database, id, true);
  if (!invitation) return Failure(invitation.error());
  campaign = load_campaign(database, seen->campaign);  // as it is after the wait
  if (!campaign) return Failure(campaign.error());
  return describe(database, std::move(*invitation), std::move(*campaign), *standing);
}

Result<Accepted> join_invited(Database& database, OpenedInvitation opened, const Consent& consent, UserRow user,
                              int attempt) {
  Accepted accepted;
  accepted.state = opened.state;
  accepted.outcome = AcceptOutcome::not_open;
  if (opened.state != InvitationState::open) return accepted;
  if (!user.id) {
    if (auto inserted = insert_user(database, user); !inserted) return Failure(inserted.error());
  } else {
    auto active = lock_user(database, user.id, false);
    if (!active) return Failure(active.error());
    if (!*active) return not_found("the account is deleted");
  }
  const CampaignRow& campaign = opened.campaign.row;
  JoinRequest joining = request_of(opened);
  if (!user.name.empty()) joining.name = user.name;
  const Caller caller = invited_caller(user.public_id, opened.account, campaign.mode);
  auto joined = join(database, caller, joining, campaign, attempt);
  if (!joined) return Failure(joined.error());
  auto set = set_affiliate_user(database, joined->affiliate, user.id);
  if (!set) return Failure(set.error());
  // The merchant has given the affiliate of another person this address.
  if (!*set) return not_found("the affiliate has another log-in");
  if (joined->application) {
    auto told = tell_of_application(database, opened.account, campaign.mode, joined->application);
    if (!told) return Failure(told.error());
  }
  auto agreed = insert_consent(database, {user.id, campaign.id, consent.version, consent.text, consent.address});
  if (!agreed) return Failure(agreed.error());
  if (auto used = store_acceptance(database, opened.invitation.id); !used) return Failure(used.error());
  auto ended = delete_join_confirmation(database, opened.invitation.id);
  if (!ended) return Failure(ended.error());
  accepted.outcome = AcceptOutcome::joined;
  accepted.user = std::move(user);
  accepted.waits_for_approval = joined->status == "pending";
  accepted.campaign = std::move(opened.campaign.row);
  return accepted;
}

bool waits_for_approval(const OpenedInvitation& opened) {
  if (opened.is_member) return false;
  const CampaignRow& campaign = opened.campaign.row;
  return campaign.visibility == "private" || (opened.invitation.is_asked && campaign.join_review);
}

Result<Standing> standing_in(Database& database, const CampaignRow& campaign, std::string_view email, bool for_update) {
  auto affiliate = find_affiliate_by_email(database, campaign.account, campaign.mode, email);
  if (!affiliate) return Failure(affiliate.error());
  if (!*affiliate) return Standing{};
  auto account = has_user(database, (*affiliate)->id);
  if (!account) return Failure(account.error());
  auto enrolment = find_enrolment(database, campaign.id, (*affiliate)->id, for_update);
  if (!enrolment) return Failure(enrolment.error());
  if ((*affiliate)->status == "suspended") return Standing{"suspended", *account};
  return Standing{*enrolment ? (*enrolment)->status : std::string(), *account};
}

Result<OpenedInvitation> open_invitation(Database& database, std::string_view token) {
  auto opened = look_up(database, token, false);
  if (!opened || opened->state == InvitationState::unknown) return opened;
  auto terms = list_terms(database, opened->campaign.row.id);
  if (!terms) return Failure(terms.error());
  opened->campaign.terms = std::move(*terms);
  return opened;
}

Result<Accepted> accept_invitation(Database& database, const Acceptance& acceptance) {
  auto opened = look_up(database, acceptance.token, false);
  if (!opened) return Failure(opened.error());
  Accepted refused;
  refused.state = opened->state;
  refused.outcome = AcceptOutcome::not_open;
  if (opened->state != InvitationState::open) return refused;
  if (opened->campaign.row.mode == wire::Mode::test) {
    return accept_locked(database, acceptance.token, join_in_test_mode);
  }
  const bool confirms_by_mail = acceptance.confirms_by_mail && !opened->invitation.is_asked;
  auto person = identify(database, acceptance, opened->invitation.email, confirms_by_mail);
  if (!person) return Failure(person.error());
  if (person->outcome == AcceptOutcome::look_into_mail) return ask_by_mail(database, acceptance, person->user);
  if (person->outcome != AcceptOutcome::joined) {
    // Of two accepts at once, the second may have met the account that the first one made.
    auto now = look_up(database, acceptance.token, false);
    if (!now) return Failure(now.error());
    refused.state = now->state;
    if (now->state == InvitationState::open) refused.outcome = person->outcome;
    return refused;
  }
  // Of two new accounts for one address at once, the second fails on users_email and finds, when it runs again, that
  // the invitation is used.
  const auto join_with_account = [&](Database& in, OpenedInvitation locked, int attempt) {
    return join_invited(in, std::move(locked), acceptance.consent, person->user, attempt);
  };
  return accept_locked(database, acceptance.token, join_with_account);
}

}  // namespace footfall::core
