// SE-42.
#include "core/actions/access_token.h"

#include <gtest/gtest.h>

#include <vector>

namespace footfall::core {
namespace {

constexpr std::int64_t kNow_s = 1'700'000'000;
const AccessTokenKeys kKeys = access_token_keys({sha256("secrets"), std::nullopt});
const AccessClaims kClaims{"ses_1", "mu_1", wire::Mode::test, kNow_s + kAccessTokenValid_s};

TEST(AccessToken, SaysWhatWasSigned) {
  const std::string token = sign_access_token(kKeys.signing, kClaims, kNow_s);
  EXPECT_TRUE(token.starts_with("eyJhbGciOiJIUzI1NiIsImtpZCI6I")) << token;  // {"alg":"HS256","kid":"
  const auto read = read_access_token(kKeys, token, kNow_s);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->session, "ses_1");
  EXPECT_EQ(read->user, "mu_1");
  EXPECT_EQ(read->mode, wire::Mode::test);
  EXPECT_TRUE(looks_like_access_token(token));
}

TEST(AccessToken, EndsAtItsTime) {
  const std::string token = sign_access_token(kKeys.signing, kClaims, kNow_s);
  EXPECT_TRUE(read_access_token(kKeys, token, kClaims.expires_s - 1).has_value());
  EXPECT_FALSE(read_access_token(kKeys, token, kClaims.expires_s).has_value());
}

TEST(AccessToken, AnyChangeAndAnyOtherKeyIsRefused) {
  const std::string token = sign_access_token(kKeys.signing, kClaims, kNow_s);
  EXPECT_FALSE(read_access_token(access_token_keys({sha256("others"), std::nullopt}), token, kNow_s).has_value());
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string altered = token;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(read_access_token(kKeys, altered, kNow_s).has_value()) << i;
    EXPECT_FALSE(read_access_token(kKeys, token.substr(0, i), kNow_s).has_value()) << i;
  }
  EXPECT_FALSE(read_access_token(kKeys, token + "A", kNow_s).has_value());
  EXPECT_FALSE(read_access_token(kKeys, token + ".", kNow_s).has_value());
  EXPECT_FALSE(read_access_token(kKeys, std::string(5'000, 'a'), kNow_s).has_value());
}

TEST(AccessToken, WhileTheKeyIsReplacedBothKeysAreRead) {
  const SecretsKeys before{sha256("old"), std::nullopt}, prepared{sha256("old"), sha256("new")};
  const SecretsKeys changed{sha256("new"), sha256("old")}, after{sha256("new"), std::nullopt};
  const std::string old_token = sign_access_token(access_token_keys(before).signing, kClaims, kNow_s);
  const std::string new_token = sign_access_token(access_token_keys(changed).signing, kClaims, kNow_s);
  EXPECT_NE(old_token.substr(0, old_token.find('.')), new_token.substr(0, new_token.find('.')));
  for (const SecretsKeys& both : {prepared, changed}) {
    EXPECT_TRUE(read_access_token(access_token_keys(both), old_token, kNow_s).has_value());
    EXPECT_TRUE(read_access_token(access_token_keys(both), new_token, kNow_s).has_value());
  }
  EXPECT_FALSE(read_access_token(access_token_keys(before), new_token, kNow_s).has_value());
  EXPECT_FALSE(read_access_token(access_token_keys(after), old_token, kNow_s).has_value());
}

TEST(AccessToken, Shapes) {
  for (const char* other : {"", "sk_live_abc", "a.b", "a.b.c.d"}) EXPECT_FALSE(looks_like_access_token(other)) << other;
  EXPECT_TRUE(looks_like_access_token("a.b.c"));
}

}  // namespace
}  // namespace footfall::core
