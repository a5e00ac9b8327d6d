// Route tables: which row a request finds, what a path's parameters become, and what 405 says.
#include "core/api/routes.h"

#include <gtest/gtest.h>

namespace footfall::core {
namespace {

using enum http::Method;

constexpr Route kTable[] = {
    {get, "/v1/campaigns", Access::secret_key, "api", BodyFormat::none, nullptr},
    {post, "/v1/campaigns", Access::secret_key, "api", BodyFormat::json, nullptr},
    {get, "/v1/campaigns/{campaign_id}", Access::secret_key, "api", BodyFormat::none, nullptr},
    {del, "/v1/campaigns/{campaign_id}/affiliates/{affiliate_id}", Access::secret_key, "api", BodyFormat::none,
     nullptr},
    {get, "/pb/{endpoint_id}", Access::callback_endpoint, "", BodyFormat::none, nullptr, KeyCheck::at_once,
     Effect::writes},
    {get, "/api/v1/offers/{offer_code}", Access::secret_key, "api", BodyFormat::none, nullptr},
};

RouteMatch find(http::Method method, std::string_view path) { return find_route(kTable, method, path); }

TEST(Routes, MethodAndPathFindTheRow) {
  EXPECT_EQ(find(get, "/v1/campaigns").route, &kTable[0]);
  EXPECT_EQ(find(post, "/v1/campaigns").route, &kTable[1]);
  const RouteMatch match = find(del, "/v1/campaigns/cmp_1/affiliates/aff_2");
  EXPECT_EQ(match.route, &kTable[3]);
  EXPECT_EQ(match.parameters[0], "cmp_1");
  EXPECT_EQ(match.parameters[1], "aff_2");
  EXPECT_EQ(match.ill_typed, nullptr);
}

TEST(Routes, UnknownPathsFindNothing) {
  for (const char* path :
       {"", "/", "/v1", "/v1/campaign", "/v1/campaigns/cmp_1/", "/v1/campaigns/cmp_1/x", "v1/campaigns",
        "/V1/campaigns", "/v1/campaigns/cmp_1/affiliates", "/v1/campaigns/cmp_1/affiliates/"}) {
    const RouteMatch match = find(get, path);
    EXPECT_EQ(match.route, nullptr) << path;
    EXPECT_EQ(match.allowed, "") << path;
  }
}

TEST(Routes, WrongMethodsAreToldTheRightOnes) {
  EXPECT_EQ(find(put, "/v1/campaigns").allowed, "GET, HEAD, POST");
  EXPECT_EQ(find(post, "/v1/campaigns/cmp_1").allowed, "GET, HEAD");
  EXPECT_EQ(find(get, "/v1/campaigns/cmp_1/affiliates/aff_2").allowed, "DELETE");
}

TEST(Routes, HeadIsServedByGetUnlessGetWrites) {
  EXPECT_EQ(find(head, "/v1/campaigns").route, &kTable[0]);
  EXPECT_EQ(find(head, "/pb/pb_1").route, nullptr);
  EXPECT_EQ(find(head, "/pb/pb_1").allowed, "GET");
}

TEST(Routes, ParametersAreDecodedAndTyped) {
  EXPECT_EQ(find(get, "/api/v1/offers/a%2Fb%20c").parameters[0], "a/b c");
  EXPECT_EQ(find(get, "/api/v1/offers/%ff%00").parameters[0],
            "\xEF\xBF\xBD\xEF\xBF\xBD");  // never found, never refused
  const RouteMatch match = find(get, "/v1/campaigns/off_1");
  EXPECT_EQ(match.route, &kTable[2]);
  ASSERT_NE(match.ill_typed, nullptr);
  EXPECT_EQ(match.ill_typed->noun, "Campaign");
}

}  // namespace
}  // namespace footfall::core
