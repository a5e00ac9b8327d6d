#include "proto/http/admin.h"

#include "tests/proto/http/server_fixture.h"

namespace footfall::http {
namespace {

class AdminTest : public testing::Test {
 protected:
  RawAnswer ask(std::string_view path, std::string_view method = "GET") {
    client.send(std::string(method) + " " + std::string(path) + " HTTP/1.1\r\nHost: anything\r\n\r\n");
    return client.read_answer(5'000, method == "HEAD").value_or(RawAnswer{});
  }
  Metrics metrics;
  std::vector<std::string> reasons;
  std::vector<std::string> away;
  Admin admin{metrics, [this] { return reasons; }, [this] { return away; }};
  RunningServer server{local_options(), admin, metrics};
  RawClient client{server.port()};
};

TEST_F(AdminTest, ReadyWithAndWithoutReasons) {
  EXPECT_EQ(ask("/readyz").status, 200);
  EXPECT_EQ(ask("/readyz").body, "{\"ready\":true,\"reasons\":[],\"away\":[]}\n");
  away = {"redis", "core"};
  EXPECT_EQ(ask("/readyz").status, 200) << "we do without";
  reasons = {"log", "clock"};
  EXPECT_EQ(ask("/readyz").status, 503);
  EXPECT_EQ(ask("/readyz").body, "{\"ready\":false,\"reasons\":[\"log\",\"clock\"],\"away\":[\"redis\",\"core\"]}\n");
}

TEST_F(AdminTest, Routes) {
  metrics.counter("footfall_test_total", "For this test").add(3);
  EXPECT_NE(ask("/metrics").body.find("footfall_test_total 3"), std::string::npos);
  EXPECT_NE(
      ask("/metrics").body.find("# TYPE footfall_log_lines_dropped_total counter\nfootfall_log_lines_dropped_total 0"),
      std::string::npos);
  EXPECT_TRUE(ask("/metrics").field("content-type").starts_with("text/plain; version=0.0.4"));
  EXPECT_EQ(ask("/livez").status, 200);
  EXPECT_EQ(ask("/livez", "HEAD").status, 200);
  EXPECT_EQ(ask("/").status, 404);
  EXPECT_EQ(ask("/livez", "POST").status, 405);
  EXPECT_EQ(ask("/livez", "POST").field("allow"), "GET, HEAD");
  client.send("POST /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx");
  EXPECT_EQ(client.read_answer()->status, 413);
}

}  // namespace
}  // namespace footfall::http
