#include "edge/listening_sockets.h"

#include <gtest/gtest.h>

#include "proto/base/inherited.h"

namespace footfall::edge {
namespace {

constexpr int kFirst = kFirstInherited;

TEST(ListeningSocketsTest, NamesDecide) {
  const auto expect = [](const std::vector<std::string>& names, int plain, int tls) {
    const ListeningSockets sockets = assign_sockets(names, true);
    EXPECT_EQ(sockets.plain, plain);
    EXPECT_EQ(sockets.tls, tls);
  };
  expect({}, -1, -1);
  expect({"http"}, kFirst, -1);
  expect({"http", "tls"}, kFirst, kFirst + 1);
  expect({"tls", "http"}, kFirst + 1, kFirst);
  expect({"tls"}, -1, kFirst);
  expect({"http", "http"}, kFirst, kFirst + 1);  // two streams of one unit
  expect({"", ""}, kFirst, kFirst + 1);
  expect({"http", "other", "tls"}, kFirst, kFirst + 2);
}

TEST(ListeningSocketsTest, WithoutTlsNoneIsForIt) {
  EXPECT_EQ(assign_sockets({"tls", "http"}, false).tls, -1);
  EXPECT_EQ(assign_sockets({"tls", "http"}, false).plain, kFirst + 1);
  EXPECT_EQ(assign_sockets({"tls", "http"}, false).count(), 1);
  EXPECT_EQ(assign_sockets({"http", "http"}, false).count(), 1);
  EXPECT_EQ(assign_sockets({"tls"}, false).count(), 0);
}

}  // namespace
}  // namespace footfall::edge
