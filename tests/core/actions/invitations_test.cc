// What ends an invitation before somebody uses it (SE-50, SE-82): whatever the merchant has decided since.
#include "core/actions/invitations.h"

#include "core/actions/accept_invitation.h"
#include "core/actions/applications.h"
#include "tests/core/actions/provisioned.h"

namespace footfall::core {
namespace {

const std::string kEmail = "jane@example.com";

class InvitationsEnd : public Provisioned {
 protected:
  const Campaign into_ = campaign(account());
  const std::string campaign_ = into_.row.public_id;
  const std::string jane_ = join(into_, kEmail)->affiliate.public_id;

  Invitation invite(const std::string& email = kEmail) {
    auto made = invite_affiliate(database_, kOperator, campaign_, email, Entered::are_invited);
    EXPECT_TRUE(made.has_value()) << made.error().message;
    return *made;
  }
  InvitationState state_of(const Invitation& invitation) { return open_invitation(database_, invitation.token)->state; }
};

// A rejection by the API, by a mail's link and by the operator; each also when it is repeated and changes nothing.
TEST_F(InvitationsEnd, WithARejectionAndWithARepeatedOne) {
  ASSERT_TRUE(set_enrolment_status(database_, kOperator, campaign_, jane_, "pending"));
  for (const char* what : {"first", "repeated"}) {
    const Invitation invitation = invite();
    EXPECT_EQ(state_of(invitation), InvitationState::open) << what;
    ASSERT_EQ(decide_application(database_, kOperator, campaign_, jane_, Decision::reject), "rejected");
    EXPECT_EQ(state_of(invitation), InvitationState::declined) << what;
  }
  const auto enrolment = EnrolmentId{static_cast<std::uint64_t>(number("select id from enrolments"))};
  ASSERT_TRUE(set_enrolment_status(database_, kOperator, campaign_, jane_, "pending"));
  const std::string link = make_application_link(database_, enrolment)->value().token;
  for (const char* what : {"first", "repeated"}) {
    const Invitation invitation = invite();
    ASSERT_EQ(decide_by_link(database_, link, Decision::reject), "rejected");
    EXPECT_EQ(state_of(invitation), InvitationState::declined) << what;
  }
  for (const char* status : {"removed", "removed", "rejected", "rejected"}) {
    const Invitation invitation = invite();
    ASSERT_TRUE(set_enrolment_status(database_, kOperator, campaign_, jane_, status));
    EXPECT_EQ(state_of(invitation), InvitationState::declined) << status;
  }
}

TEST_F(InvitationsEnd, WithTheAddress) {
  const Invitation invitation = invite(), of_another = invite("joe@example.com");
  AffiliateFields renamed;
  renamed.name = "Jane";
  ASSERT_TRUE(update_affiliate(database_, kOperator, jane_, renamed));
  EXPECT_EQ(state_of(invitation), InvitationState::open);
  AffiliateFields moved;
  moved.email = "jane@new.example";
  ASSERT_TRUE(update_affiliate(database_, kOperator, jane_, moved));
  EXPECT_EQ(state_of(invitation), InvitationState::declined);
  EXPECT_EQ(state_of(of_another), InvitationState::open);
}

TEST_F(InvitationsEnd, WhenTheyAreTakenBack) {
  const Invitation invitation = invite(), of_another = invite("joe@example.com");
  ASSERT_TRUE(revoke_invitation(database_, kOperator, campaign_, invitation.public_id));
  EXPECT_EQ(last_audit(), "affiliate.uninvite " + campaign_ + " cli:test because");
  EXPECT_EQ(state_of(invitation), InvitationState::declined);
  EXPECT_EQ(state_of(of_another), InvitationState::open);
  EXPECT_EQ(revoke_invitation(database_, kOperator, campaign_, invitation.public_id).error().kind,
            ErrorKind::not_found);
}

// BA-17, SE-50: whom the merchant has entered has no account yet. It depends on who asks whether that counts.
TEST_F(InvitationsEnd, WhoIsInTheCampaignIsRefusedByWhatTheCallerWants) {
  EXPECT_EQ(invite_affiliate(database_, kOperator, campaign_, kEmail, Entered::are_refused).error().code,
            "already_joined");
  EXPECT_TRUE(invite_affiliate(database_, kOperator, campaign_, kEmail, Entered::are_invited));
  EXPECT_TRUE(invite_affiliate(database_, kOperator, campaign_, "joe@example.com", Entered::are_refused));
  ASSERT_TRUE(
      database_.execute("insert into users (public_id, email, name, password_hash) values ('usr_1', "
                        "'jane@example.com', '', ''); update affiliates set user_id = 1"));
  EXPECT_EQ(invite_affiliate(database_, kOperator, campaign_, kEmail, Entered::are_invited).error().code,
            "already_joined");
}

}  // namespace
}  // namespace footfall::core
