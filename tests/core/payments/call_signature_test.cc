// Whose calls are believed, and for how long (AY-32).
#include "core/payments/call_signature.h"

#include <gtest/gtest.h>

#include "proto/base/bytes.h"
#include "proto/base/crypto.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kNow_s = 1'764'000'000;
constexpr std::string_view kSecret = "whsec_test";
constexpr std::string_view kBody = R"({"id":"evt_1"})";

std::string mac(std::int64_t at_s, std::string_view secret = kSecret, std::string_view body = kBody) {
  return to_hex(as_view(hmac_sha256(secret, std::to_string(at_s) + "." + std::string(body))));
}
std::string header(std::int64_t at_s) { return "t=" + std::to_string(at_s) + ",v1=" + mac(at_s); }
std::string refusal(std::string_view value) {
  auto checked = check_call_signature(value, kSecret, kBody, kNow_s);
  return checked ? "none" : checked.error().message;
}

// Made with: printf '1764000000.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_test
TEST(CallSignature, IsTheOneThatOpensslMakes) {
  EXPECT_EQ(mac(kNow_s), "76728ba9029660ebc0a14b80fefcffcc0ad9c7139948290090e9bb71e97d5918");
}

TEST(CallSignature, IsGoodForFiveMinutesEitherWay) {
  for (const std::int64_t age : {0, 1, 300, -300}) EXPECT_EQ(refusal(header(kNow_s - age)), "none") << age;
  for (const std::int64_t age : {301, -301, 86'400}) {
    EXPECT_EQ(refusal(header(kNow_s - age)), "the signature is too old, or a clock is wrong") << age;
  }
}

TEST(CallSignature, OneOfSeveralMayBeRight) {
  const std::string time = "t=" + std::to_string(kNow_s);
  EXPECT_EQ(refusal(time + ",v1=" + mac(kNow_s, "old") + ", v1=" + mac(kNow_s) + ",v0=ab"), "none");
  EXPECT_EQ(refusal(time + ",v1=" + mac(kNow_s, "old")), "the signature is wrong");
  EXPECT_EQ(refusal(time + ",v0=" + mac(kNow_s)), "the signature is wrong");
  EXPECT_EQ(refusal(time + ",v1=" + mac(kNow_s, kSecret, "{}")), "the signature is wrong");
  EXPECT_EQ(refusal(time + ",v1=" + mac(kNow_s + 1)), "the signature is wrong");
}

TEST(CallSignature, NothingElseIsOne) {
  EXPECT_EQ(refusal(""), "the call is not signed");
  EXPECT_EQ(refusal(std::string(2'000, 'x')), "the call is not signed");
  for (const char* value :
       {"t=,v1=ab", "v1=ab", "t=12x,v1=ab", "t=-5,v1=ab", ",,,", "t", "t=99999999999999999999,v1=a"}) {
    EXPECT_EQ(refusal(value), "the signature names no time") << value;
  }
}

}  // namespace
}  // namespace footfall::core
