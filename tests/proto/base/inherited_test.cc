#include "proto/base/inherited.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace footfall {
namespace {

TEST(InheritedSockets, AreThoseMeantForThisProcess) {
  const auto count_for = [](const char* fds, int pid_offset) {
    ::setenv("LISTEN_FDS", fds, 1);
    ::setenv("LISTEN_PID", std::to_string(::getpid() + pid_offset).c_str(), 1);
    return inherited_sockets();
  };
  EXPECT_EQ(count_for("1", 1), 0);
  EXPECT_EQ(count_for("-3", 0), 0);
  EXPECT_EQ(count_for("nonsense", 0), 0);
  const int kept = ::fcntl(kFirstInherited, F_DUPFD, 20);  // -1 if there is nothing at that number
  ASSERT_EQ(::dup2(STDERR_FILENO, kFirstInherited), kFirstInherited);
  EXPECT_EQ(count_for("1", 0), 1);
  EXPECT_EQ(::fcntl(kFirstInherited, F_GETFD), FD_CLOEXEC);
  EXPECT_EQ(::getenv("LISTEN_FDS"), nullptr);
  EXPECT_EQ(::getenv("LISTEN_PID"), nullptr);
  EXPECT_EQ(inherited_sockets(), 0);
  if (kept >= 0) ::dup2(kept, kFirstInherited);
}

}  // namespace
}  // namespace footfall
