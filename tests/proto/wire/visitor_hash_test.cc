// D-16. The answers were computed by an implementation of SipHash-2-4-128 of its own.
#include "proto/wire/visitor_hash.h"

#include <gtest/gtest.h>

#include <string>

#include "proto/base/bytes.h"

namespace footfall::wire {
namespace {

constexpr Key128 kSalt{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
constexpr std::string_view kAddress("\xcb\x00\x71\x09", 4);  // 203.0.113.9
constexpr std::string_view kAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

std::string hex(const Visitor& visitor, AccountId account = {}) {
  return to_hex(view_of(visitor_hash(kSalt, visitor, account)));
}

TEST(VisitorHash, HasTheSameBytesInEveryVersion) {
  EXPECT_EQ(hex({kAddress, kAgent, {}}), "4622401666937e29254ec1fa8eb5283e");
  EXPECT_EQ(hex({kAddress, kAgent, "tab-1"}), "68d3d051e46250d34a23c3789f1945df");
  const std::string ipv6("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", 16);
  EXPECT_EQ(hex({ipv6, {}, {}}), "2aa5bcbe88cfa2eb5a6fb6e9a3fefb3c");
  EXPECT_EQ(hex({kAddress, kAgent, {}}, AccountId{7}), "36ffeb97a194b7d0e8db884a339c8dcb");
}

TEST(VisitorHash, LooksNoFurtherThanWhatIsKeptOfAnAgent) {
  const std::string agent(kUserAgentBytesMax, 'x');
  EXPECT_EQ(hex({kAddress, agent, {}}), "73b8f4c665cca1ec133ba4db9772b690");
  EXPECT_EQ(hex({kAddress, agent + "y", {}}), "73b8f4c665cca1ec133ba4db9772b690");
  EXPECT_EQ(hex({kAddress, kAgent, std::string(kVisitorTokenBytesMax, 't')}),
            hex({kAddress, kAgent, std::string(10'000, 't')}));
}

}  // namespace
}  // namespace footfall::wire
