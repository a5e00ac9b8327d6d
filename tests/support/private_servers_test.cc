#include "tests/support/private_servers.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "tests/support/wait_until.h"

namespace footfall::support {
namespace {

TEST(TempDir, IsGoneWithItsObject) {
  std::filesystem::path path;
  {
    const TempDir directory;
    path = directory.path();
    std::ofstream(path / "file") << "x";
    EXPECT_EQ(read_file(path / "file"), "x");
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(ChildProcess, ReportsHowItEnded) {
  EXPECT_EQ(run({"sh", "-c", "exit 3"}), 3);
  EXPECT_EQ(run({"sh", "-c", "kill -TERM $$"}), 128 + SIGTERM);
  EXPECT_THROW(run({"/nonexistent/program"}), std::runtime_error);
  ChildProcess sleeper({"sleep", "1000"});
  EXPECT_TRUE(sleeper.running());
  EXPECT_EQ(sleeper.stop(SIGTERM), 128 + SIGTERM);
  EXPECT_FALSE(sleeper.running());
  const TempDir directory;
  const auto ready = directory.path() / "ready";
  ChildProcess stubborn({"sh", "-c", "trap '' TERM; touch \"$0\"; while :; do sleep 0.1; done", ready.string()});
  ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(ready); }));
  EXPECT_EQ(stubborn.stop(SIGTERM, 100), 128 + SIGKILL);
}

TEST(ChildProcess, GetsItsEnvironmentOutputAndSignals) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, &before);  // as a program does that calls block_stop_signals
  const TempDir directory;
  ChildOptions options;
  options.output = directory.path() / "output";
  options.environment = {"TRIAL=value"};
  EXPECT_EQ(run({"sh", "-c", "echo $TRIAL; kill -TERM $$"}, options), 128 + SIGTERM);
  sigprocmask(SIG_SETMASK, &before, nullptr);
  EXPECT_EQ(read_file(options.output), "value\n");
}

TEST(ChildProcess, DiesWithItsParent) {
  const TempDir directory;
  const auto pid_file = directory.path() / "pid";
  const pid_t parent = fork();
  ASSERT_GE(parent, 0);
  if (parent == 0) {
    const ChildProcess child({"sleep", "1000"});
    std::ofstream(pid_file) << child.pid() << std::flush;
    kill(getpid(), SIGKILL);
  }
  waitpid(parent, nullptr, 0);
  const pid_t orphan = std::stoi(read_file(pid_file));
  EXPECT_TRUE(wait_until([orphan] {
    // Where nobody reaps orphans it stays as a zombie, which is dead enough.
    const std::string stat = read_file("/proc/" + std::to_string(orphan) + "/stat");
    return kill(orphan, 0) != 0 || stat.find(") Z ") != std::string::npos;
  }));
}

TEST(PrivateRedis, StartsStopsAndForgets) {
  PrivateRedis redis;
  EXPECT_EQ(redis.command("SET a b"), "+OK");
  redis.flush();
  EXPECT_EQ(redis.command("EXISTS a"), ":0");
  redis.command("SET a b");
  redis.restart();
  EXPECT_EQ(redis.command("EXISTS a"), ":0");
  redis.kill9();
  EXPECT_EQ(redis.command("PING"), "");
  redis.start();
  EXPECT_EQ(redis.command("PING"), "+PONG");
  EXPECT_THROW(PrivateRedis({"--nonsense", "1"}), std::runtime_error);
}

TEST(PrivateRedis, KeepsWhatItsArgumentsAskFor) {
  PrivateRedis redis({"--appendonly", "yes", "--appendfsync", "always"});
  redis.command("SET a b");
  redis.kill9();
  redis.start();
  EXPECT_EQ(redis.command("EXISTS a"), ":1");
}

TEST(PrivatePostgres, StartsStopsCrashesAndKeeps) {
  PrivatePostgres postgres({"max_connections=17"});
  const std::string url = postgres.fresh_database();
  EXPECT_NE(url, postgres.fresh_database());
  EXPECT_EQ(postgres.sql(url, "SHOW max_connections"), "17");
  postgres.sql(url, "CREATE TABLE t AS SELECT 42 AS n");
  postgres.restart();
  EXPECT_EQ(postgres.sql(url, "SELECT n FROM t"), "42");
  postgres.crash();
  EXPECT_THROW(postgres.sql(url, "SELECT 1"), std::runtime_error);
  postgres.start();
  EXPECT_EQ(postgres.sql(postgres.tcp_url("test1"), "SELECT n FROM t"), "42");
  EXPECT_THROW(postgres.sql(url, "SELECT nonsense"), std::runtime_error);
}

}  // namespace
}  // namespace footfall::support
