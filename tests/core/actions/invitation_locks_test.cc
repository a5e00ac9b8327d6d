// Who accepts an invitation, and who removes or rejects whom it invites, lock rows in the same order: the place in the
// campaign, then the invitation. Else each could hold what the other waits for.
#include <future>

#include "core/actions/accept_invitation.h"
#include "core/actions/confirm_join.h"
#include "core/actions/invitations.h"
#include "tests/core/actions/provisioned.h"
#include "tests/support/wait_until.h"

namespace footfall::core {
namespace {

const std::string kEmail = "jane@example.com", kPassword = "correct horse battery";

class InvitationLocks : public Provisioned {
 protected:
  Campaign into_ = campaign(account());
  EnrolledAffiliate jane_ = *join(into_, kEmail);
  std::string token_ = invite_affiliate(database_, kOperator, into_.row.public_id, kEmail, Entered::are_invited)->token;

  Result<Accepted> accept(Database& database, bool confirms_by_mail = false) {
    Acceptance acceptance;
    acceptance.token = token_;
    acceptance.password = kPassword;
    acceptance.name = "Jane";
    acceptance.consent = {"1", "I agree", "203.0.113.1"};
    acceptance.confirms_by_mail = confirms_by_mail;
    return accept_invitation(database, acceptance);
  }

  // A removal locks the place, lets `run` come and wait for it, and goes on with `remove`.
  template <typename Run>
  Result<Accepted> run_beside_a_removal(Run run, const std::string& remove) {
    Database removing(url_);
    EXPECT_TRUE(removing.execute("begin; select 1 from enrolments for update"));
    auto running = std::async(std::launch::async, [&] {
      Database own(url_);
      return run(own);
    });
    EXPECT_TRUE(support::wait_until([&] { return number("select count(*) from pg_locks where not granted") > 0; },
                                    std::chrono::seconds(30)));
    const auto unlocked = removing.execute("select 1 from invites for update nowait");
    EXPECT_TRUE(unlocked) << "the removal would wait for who waits for it";
    EXPECT_TRUE(removing.execute(remove));
    return running.get();
  }
};

TEST_F(InvitationLocks, AcceptingTakesThePlaceFirst) {
  const auto accepted = run_beside_a_removal([&](Database& database) { return accept(database); }, "rollback");
  ASSERT_TRUE(accepted) << accepted.error().message;
  EXPECT_EQ(accepted->outcome, AcceptOutcome::joined);
}

TEST_F(InvitationLocks, ConfirmingByMailTakesThePlaceFirst) {
  ASSERT_EQ(accept(database_, true)->outcome, AcceptOutcome::look_into_mail);
  const std::string token = make_join_mail(database_, number("select id from join_confirmations"))->value().token;
  const auto confirmed =
      run_beside_a_removal([&](Database& database) { return confirm_join(database, token, kPassword); }, "rollback");
  ASSERT_TRUE(confirmed) << confirmed.error().message;
  EXPECT_EQ(confirmed->outcome, AcceptOutcome::joined);
}

TEST_F(InvitationLocks, ARemovalThatCameFirstIsNotUndone) {
  const auto accepted =
      run_beside_a_removal([&](Database& database) { return accept(database); },
                           "update enrolments set status = 'removed'; update invites set voided_at = now(); commit");
  ASSERT_TRUE(accepted) << accepted.error().message;
  EXPECT_EQ(accepted->outcome, AcceptOutcome::not_open);
  EXPECT_EQ(accepted->state, InvitationState::declined);
  EXPECT_EQ(number("select count(*) from enrolments where status = 'removed'"), 1);
  EXPECT_EQ(number("select count(*) from users"), 0);
}

}  // namespace
}  // namespace footfall::core
