#include "edge/handlers/admin.h"

#include <gtest/gtest.h>

#include "tests/edge/handlers/fakes.h"

namespace footfall::edge {
namespace {

class AdminTest : public testing::Test {
 protected:
  Answer get(std::string path, http::Method method = http::Method::get) {
    RememberingResponder responder;
    MadeRequest request(method, "anything", std::move(path));
    admin.handle(request.get(), responder);
    return responder.sent.at(0);
  }
  Metrics metrics;
  std::vector<std::string> reasons;
  std::vector<std::string> away;
  Admin admin{metrics, [this] { return reasons; }, [this] { return away; }};
};

TEST_F(AdminTest, ReadyWithAndWithoutReasons) {
  EXPECT_EQ(get("/readyz").status, 200);
  EXPECT_EQ(get("/readyz").body, "{\"ready\":true,\"reasons\":[],\"away\":[]}\n");
  away = {"redis", "core"};
  EXPECT_EQ(get("/readyz").status, 200) << "the hot path does without";
  reasons = {"log", "clock"};
  EXPECT_EQ(get("/readyz").status, 503);
  EXPECT_EQ(get("/readyz").body, "{\"ready\":false,\"reasons\":[\"log\",\"clock\"],\"away\":[\"redis\",\"core\"]}\n");
}

TEST_F(AdminTest, Routes) {
  metrics.counter("footfall_test_total", "For this test").add(3);
  EXPECT_NE(get("/metrics").body.find("footfall_test_total 3"), std::string::npos);
  EXPECT_TRUE(get("/metrics").type.starts_with("text/plain; version=0.0.4"));
  EXPECT_EQ(get("/livez").status, 200);
  EXPECT_EQ(get("/livez", http::Method::head).status, 200);
  EXPECT_EQ(get("/").status, 404);
  EXPECT_EQ(get("/livez", http::Method::post).status, 405);
}

}  // namespace
}  // namespace footfall::edge
