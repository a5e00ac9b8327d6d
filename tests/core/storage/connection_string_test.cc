#include "core/storage/connection_string.h"

#include <gtest/gtest.h>

#include "tests/core/storage/shared_postgres.h"

namespace footfall::core {
namespace {

TEST(ConnectionString, OneWithoutLimitsStaysAsItIs) {
  EXPECT_EQ(with_time_limits("postgresql://u@h/d?sslmode=require", {}), "postgresql://u@h/d?sslmode=require");
}

TEST(ConnectionString, KeepsWhatItSaidInEitherForm) {
  EXPECT_EQ(with_time_limits("postgresql://u:it%27s@a:1,b:2/d?sslmode=require", {1'500, 0}),
            R"(user='u' password='it\'s' dbname='d' host='a,b' port='1,2' sslmode='require' )"
            R"(options='-c statement_timeout=1500 ')");
  const std::string limited = with_time_limits(R"(host=h password='a\\b' options='-c lock_timeout=7')", {1, 2});
  EXPECT_NE(limited.find(R"(password='a\\b')"), std::string::npos) << limited;
  EXPECT_NE(limited.find("options='-c statement_timeout=1 -c lock_timeout=2 -c lock_timeout=7'"), std::string::npos)
      << limited;
}

TEST(ConnectionString, PostgresKeepsTheLimits) {  // D-64
  const std::string url = shared_postgres().fresh_database();
  Database limited(with_time_limits(url, {200, 100}));
  const auto late = limited.query("select pg_sleep(20)");
  ASSERT_FALSE(late.has_value());
  EXPECT_EQ(late.error().code, "57014");
  EXPECT_EQ(late.error().kind, ErrorKind::unavailable);
  ASSERT_TRUE(Database(url).execute("create table t (a int)").has_value());
  Database holder(url);
  ASSERT_TRUE(holder.execute("begin; lock table t").has_value());
  const auto locked = limited.query("select * from t");
  ASSERT_FALSE(locked.has_value());
  EXPECT_EQ(locked.error().code, "55P03");
  EXPECT_EQ(locked.error().kind, ErrorKind::unavailable);
  ASSERT_TRUE(holder.execute("rollback").has_value());
  EXPECT_TRUE(limited.query("select * from t").has_value()) << "the connection goes on";
  Database own(with_time_limits(
      url + (url.find('?') == std::string::npos ? "?" : "&") + "options=-c%20statement_timeout%3D0", {200, 100}));
  EXPECT_EQ(own.query("show statement_timeout")->text(0, 0), "0") << "the operator's word wins";
}

}  // namespace
}  // namespace footfall::core
