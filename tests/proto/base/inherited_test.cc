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
    return inherited_sockets().size();
  };
  EXPECT_EQ(count_for("1", 1), 0u);
  EXPECT_EQ(count_for("-3", 0), 0u);
  EXPECT_EQ(count_for("nonsense", 0), 0u);
  const int kept = ::fcntl(kFirstInherited, F_DUPFD, 20);  // -1 if there is nothing at that number
  ASSERT_EQ(::dup2(STDERR_FILENO, kFirstInherited), kFirstInherited);
  EXPECT_EQ(count_for("1", 0), 1u);
  EXPECT_EQ(::fcntl(kFirstInherited, F_GETFD), FD_CLOEXEC);
  EXPECT_EQ(::getenv("LISTEN_FDS"), nullptr);
  EXPECT_EQ(::getenv("LISTEN_PID"), nullptr);
  EXPECT_TRUE(inherited_sockets().empty());
  if (kept >= 0) ::dup2(kept, kFirstInherited);
}

TEST(InheritedSockets, HaveNames) {
  int kept[3];
  for (int i = 0; i < 3; ++i) {
    kept[i] = ::fcntl(kFirstInherited + i, F_DUPFD, 20);
    ASSERT_EQ(::dup2(STDERR_FILENO, kFirstInherited + i), kFirstInherited + i);
  }
  const auto names_for = [](const char* names) {
    ::setenv("LISTEN_FDS", "3", 1);
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    ::setenv("LISTEN_FDNAMES", names, 1);
    return inherited_sockets();
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(names_for("http:tls:more"), (Names{"http", "tls", "more"}));
  EXPECT_EQ(::getenv("LISTEN_FDNAMES"), nullptr);
  EXPECT_EQ(names_for("http"), (Names{"http", "", ""}));
  EXPECT_EQ(names_for(":tls"), (Names{"", "tls", ""}));
  EXPECT_EQ(names_for("a:b:c:d"), (Names{"a", "b", "c"}));
  for (int i = 0; i < 3; ++i) {
    if (kept[i] >= 0) ::dup2(kept[i], kFirstInherited + i);
  }
}

}  // namespace
}  // namespace footfall
