// Mails to addresses of which nobody has shown yet that they are theirs: whoever causes one cannot write into it.
#include "core/deliver/mail_texts.h"

#include "core/actions/accept_invitation.h"
#include "core/actions/applications.h"
#include "core/actions/ask_to_join.h"
#include "core/actions/invitations.h"
#include "core/actions/register_merchant.h"
#include "tests/core/actions/provisioned.h"

namespace footfall::core {
namespace {

const std::string kVictim = "victim@example.com";
// As long as a name may be.
const std::string kName = "Sale\" is over. You have won, see https://evil.example/win now " + std::string(138, '!');
const Consent kConsent{"1", "I agree", "203.0.113.1"};

class MailTexts : public Provisioned {
 protected:
  const Site site_{"https", "partners.example", ""};

  Campaign campaign_of(const std::string& contact = "") {
    AccountFields account;
    account.name = kName;
    account.link_host = "c.localhost";
    if (!contact.empty()) account.contact_email = contact;
    auto owner = create_account(database_, kOperator, wire::Dialect::selgeo, account);
    EXPECT_TRUE(owner.has_value()) << owner.error().message;
    CampaignFields wanted = fields();
    wanted.name = kName;
    wanted.slug = "sale";
    auto made = create_campaign(database_, kOperator, owner->public_id, wire::Mode::live, wanted);
    EXPECT_TRUE(made.has_value()) << made.error().message;
    return *made;
  }
  // The one mail that waits, and what it says.
  std::string next_mail(std::string_view kind) {
    auto due = take_due_mail(database_, 60'000'000);
    EXPECT_TRUE(due && *due) << kind;
    EXPECT_EQ((*due)->kind, kind);
    auto text = write_mail(database_, site_, **due);
    EXPECT_TRUE(text && *text) << kind;
    EXPECT_TRUE(delete_mail(database_, (*due)->id));
    return (*text)->subject + "\n" + (*text)->body;
  }
  Acceptance acceptance(const std::string& token) {
    Acceptance accepted;
    accepted.token = token;
    accepted.password = "correct horse battery";
    accepted.name = kName;
    accepted.consent = kConsent;
    return accepted;
  }
  static void expect_harmless(const std::string& mail, const char* shown = "Sale' is over. ") {
    EXPECT_EQ(mail.find("evil.example"), std::string::npos) << mail;
    EXPECT_EQ(mail.find("!!!"), std::string::npos) << mail;
    EXPECT_EQ(mail.find("Sale\""), std::string::npos) << mail;
    EXPECT_NE(mail.find(shown), std::string::npos) << mail;
  }
};

TEST_F(MailTexts, ARegistrationSaysNothingThatWasTyped) {  // SE-46
  Registration registration;
  registration.email = kVictim;
  registration.password = "correct horse battery";
  registration.name = kName;
  registration.company = kName;
  registration.client = "203.0.113.1";
  ASSERT_TRUE(request_registration(database_, registration));
  const std::string mail = next_mail(mail_kind::kRegistration);
  for (const char* typed : {"Sale", "won", "evil", "!"}) EXPECT_EQ(mail.find(typed), std::string::npos) << mail;
  EXPECT_EQ(mail.find("Confirm your address\n"), 0u);
}

TEST_F(MailTexts, ARequestToJoinShowsNamesAsNames) {  // SE-79
  const auto into = campaign_of();
  ASSERT_TRUE(ask_to_join(database_, into.row, kVictim, "203.0.113.1"));
  expect_harmless(next_mail(mail_kind::kJoinRequest));
  ASSERT_TRUE(join(into, kVictim));
  ASSERT_TRUE(database_.query("insert into users (public_id, email, name, password_hash) values ('usr_1', $1, '', '')",
                              {kVictim}));
  ASSERT_TRUE(database_.query("update affiliates set user_id = 1"));
  for (const char* status : {"active", "pending", "suspended", "removed", "rejected"}) {
    ASSERT_TRUE(database_.query("update enrolments set status = $1", {status}));
    ASSERT_TRUE(ask_to_join(database_, into.row, kVictim, std::string("client ") + status));
    expect_harmless(next_mail(mail_kind::kJoinRequest));
  }
}

TEST_F(MailTexts, AnAcceptedInvitationShowsNamesAsNames) {
  const auto into = campaign_of();
  auto invited = invite_affiliate(database_, kOperator, into.row.public_id, kVictim, Entered::are_invited);
  ASSERT_TRUE(invited.has_value());
  Acceptance accepted = acceptance(invited->token);
  accepted.confirms_by_mail = true;
  ASSERT_EQ(accept_invitation(database_, accepted)->outcome, AcceptOutcome::look_into_mail);
  const std::string mail = next_mail(mail_kind::kJoinConfirmation);
  expect_harmless(mail);
}

TEST_F(MailTexts, AnApplicationAndItsDecisionShowNamesAsNames) {
  const auto into = campaign_of("owner@example.com");
  auto link = make_join_link(database_, into.row.id, kVictim);
  ASSERT_TRUE(link.has_value());
  ASSERT_EQ(accept_invitation(database_, acceptance(link->token))->outcome, AcceptOutcome::joined);
  const std::string application = next_mail(mail_kind::kApplication);
  expect_harmless(application);
  EXPECT_NE(application.find("(" + kVictim + ") wants to join"), std::string::npos) << "the address is confirmed";
  const auto affiliate = database_.query("select public_id from affiliates");
  for (const Decision decision : {Decision::reject, Decision::approve}) {
    ASSERT_TRUE(
        decide_application(database_, kOperator, into.row.public_id, affiliate->text(0, 0), decision).has_value());
    expect_harmless(next_mail(mail_kind::kApplicationDecided));
  }
}

}  // namespace
}  // namespace footfall::core
