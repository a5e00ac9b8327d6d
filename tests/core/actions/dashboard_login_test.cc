// Log-ins beside what ends them at the same moment: a new password, a user who is disabled (SE-41 to SE-43,
// SE-48).
#include "core/actions/dashboard_login.h"

#include <thread>

#include "core/actions/dashboard_reset.h"
#include "core/actions/dashboard_users.h"
#include "core/actions/users.h"
#include "core/domain/keys.h"
#include "proto/base/clock.h"
#include "tests/core/actions/provisioned.h"
#include "tests/support/wait_until.h"

namespace footfall::core {
namespace {

class DashboardLogin : public Provisioned {
 protected:
  AccountRow owner_ = account();
  const AccessTokenKeys keys_ = access_token_keys({});
  CreatedDashboardUser user_ =
      *create_dashboard_user(database_, kOperator, {owner_.public_id, "jane@shop.example", ""});
  Database holder_{url_}, watcher_{url_};

  void sql(Database& database, const std::string& statement) {
    auto done = database.execute(statement);
    ASSERT_TRUE(done.has_value()) << done.error().message;
  }
  Result<std::optional<DashboardTokens>> log_in_as(Database& database, std::string_view password,
                                                   wire::Mode mode = wire::Mode::live) {
    return log_in(database, keys_, "jane@shop.example", password, mode, system_clock().wall_us());
  }
  bool is_let_in(Database& database, std::string_view password) {
    auto tokens = log_in_as(database, password);
    EXPECT_TRUE(tokens.has_value()) << tokens.error().message;
    return tokens && tokens->has_value();
  }
  void wait_for_a_waiter() {
    ASSERT_TRUE(support::wait_until(
        [&] { return watcher_.query("select count(*) from pg_locks where not granted")->integer(0, 0) > 0; }));
  }
};

// The old password was right when it was compared, and is not any more when the session would begin.
TEST_F(DashboardLogin, ANewPasswordEndsALogInThatIsUnderWay) {
  sql(holder_, "begin; update dashboard_users set password_hash = '" + kept_password("an entirely new one") + "'");
  {
    std::jthread login([&] {
      Database own(url_);
      EXPECT_FALSE(is_let_in(own, user_.password));
    });
    wait_for_a_waiter();
    sql(holder_, "commit");
  }
  EXPECT_EQ(number("select count(*) from dashboard_sessions"), 0);
  EXPECT_TRUE(is_let_in(database_, "an entirely new one"));
}

TEST_F(DashboardLogin, ADisabledUserEndsALogInThatIsUnderWay) {
  sql(holder_, "begin; update dashboard_users set status = 'disabled'");
  {
    std::jthread login([&] {
      Database own(url_);
      EXPECT_FALSE(is_let_in(own, user_.password));
    });
    wait_for_a_waiter();
    sql(holder_, "commit");
  }
  EXPECT_EQ(number("select count(*) from dashboard_sessions"), 0);
}

TEST_F(DashboardLogin, AResetLeavesAUserDisabledWhoIsDisabledMeanwhile) {
  auto reset = make_dashboard_reset(database_, "jane@shop.example");
  ASSERT_TRUE(reset && *reset);
  sql(holder_, "begin; update dashboard_users set status = 'disabled'");
  {
    std::jthread resetting([&] {
      Database own(url_);
      (void)finish_dashboard_reset(own, (*reset)->token, "an entirely new one");
    });
    wait_for_a_waiter();
    sql(holder_, "commit");
  }
  EXPECT_EQ(number("select count(*) from dashboard_users where status = 'disabled'"), 1);
}

TEST_F(DashboardLogin, WhatTheOperatorChangesEndsAResetThatWasAskedFor) {
  const auto link_works_after = [&](auto change) {
    auto reset = make_dashboard_reset(database_, "jane@shop.example");
    EXPECT_TRUE(reset && *reset);
    EXPECT_EQ(is_dashboard_reset(database_, (*reset)->token), true);
    change();
    return is_dashboard_reset(database_, (*reset)->token);
  };
  const std::string& id = user_.row.public_id;
  EXPECT_EQ(link_works_after([&] { EXPECT_TRUE(reset_dashboard_password(database_, kOperator, id)); }), false);
  EXPECT_EQ(link_works_after([&] {
              EXPECT_TRUE(set_dashboard_user_status(database_, kOperator, id, "disabled"));
              EXPECT_TRUE(set_dashboard_user_status(database_, kOperator, id, "active"));
            }),
            false);
}

// Of the portal, the same.
TEST_F(DashboardLogin, NoSessionOfThePortalBeginsWithAFormerPassword) {
  UserRow person;
  person.public_id = "usr_1";
  person.email = "zoe@blog.example";
  person.password_hash = kept_password("correct horse battery");
  ASSERT_TRUE(insert_user(database_, person).has_value());
  auto changed = change_password(database_, person, "correct horse battery", "an entirely new one");
  ASSERT_TRUE(changed.has_value()) << changed.error().message;
  const auto opens = [&](const UserRow& user) {
    auto session = start_session(database_, user, "192.0.2.1");
    EXPECT_TRUE(session.has_value());
    auto found = user_of_session(database_, session->token);
    return found && found->has_value();
  };
  EXPECT_FALSE(opens(person));
  EXPECT_TRUE(opens(*changed));
}

TEST_F(DashboardLogin, ASessionOfBeforeModesWereKeptIsRenewedByNobody) {
  auto tokens = log_in_as(database_, user_.password, wire::Mode::test);
  ASSERT_TRUE(tokens && *tokens);
  const std::int64_t now_us = system_clock().wall_us();
  auto renewed = refresh_session(database_, keys_, (*tokens)->refresh_token, {}, now_us);
  ASSERT_TRUE(renewed && *renewed);
  EXPECT_EQ((*renewed)->mode, wire::Mode::test);
  sql(database_, "update dashboard_sessions set mode = null");
  auto refused = refresh_session(database_, keys_, (*renewed)->refresh_token, {}, now_us);
  ASSERT_TRUE(refused.has_value());
  EXPECT_FALSE(refused->has_value());
}

}  // namespace
}  // namespace footfall::core
