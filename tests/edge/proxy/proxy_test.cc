// The proxy on a real server, in front of a core that a test scripts, plays dead or lets time out.
#include "edge/proxy/proxy.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <mutex>
#include <thread>

#include "proto/base/result.h"
#include "tests/proto/http/test_server.h"

namespace footfall::edge {
namespace {

// A port on which connections are refused for as long as this lives: bound, so that nobody else can be given it, and
// without a listener.
class DeadPort {
 public:
  DeadPort() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const named = reinterpret_cast<sockaddr*>(&address);
    FOOTFALL_CHECK(::bind(fd_, named, size) == 0 && ::getsockname(fd_, named, &size) == 0);
    port_ = ntohs(address.sin_port);
  }
  ~DeadPort() { ::close(fd_); }
  DeadPort(const DeadPort&) = delete;
  DeadPort& operator=(const DeadPort&) = delete;
  std::uint16_t port() const { return port_; }

 private:
  const int fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::uint16_t port_ = 0;
};

class ProxyTest : public testing::Test {
 protected:
  ProxyTest() {
    hosts.dialects = {{"baclique.localhost", wire::Dialect::baclique},
                      {"selgeo.localhost", wire::Dialect::selgeo},
                      {"affspace.localhost", wire::Dialect::affspace},
                      {"affily.localhost", wire::Dialect::affily}};
    core_handler.on_request = [this](const http::Request& request, http::Responder& responder) {
      {
        const std::scoped_lock lock(mutex);
        seen_target = request.target;
        seen_body = request.body;
        seen_host = request.host_header;
        seen_id = request.field("x-request-id");
      }
      responder.send(
          {.status = 418, .content_type = "text/tea", .extra_fields = "Retry-After: 7\r\n", .body = "short and stout"});
    };
  }
  ~ProxyTest() override {
    if (!front) return;
    front->stop();
    thread.join();
    proxy.disconnect();
  }

  void begin(std::uint16_t core_port, std::int64_t answer_ms = 5'000) {
    front = http::HttpServer::listen(http::local_options(), proxy, system_clock(), metrics).value();
    http::ClientOptions options;
    options.port = core_port;
    options.answer_ms = answer_ms;
    proxy.connect(http::HttpClient::on(*front, options));
    thread = std::thread([this] { front->run(); });
  }
  http::ClientResponse ask(const std::string& host, const std::string& target, const std::string& fields = {}) {
    http::ClientOptions options;
    options.port = front->port();
    http::ClientRequest request;
    request.method = http::Method::post;
    request.host = host;
    request.target = target;
    request.extra_fields = fields;
    request.body = "body";
    return http::fetch(options, request).value();
  }
  static std::string field(const http::ClientResponse& response, const std::string& name) {
    for (const auto& [key, value] : response.fields) {
      if (key == name) return value;
    }
    return {};
  }

  wire::HostMap hosts;
  http::TrustedProxies proxies = *http::TrustedProxies::parse({"127.0.0.1"});
  http::RequestIds request_ids;
  Metrics metrics;
  ProxyProbe probe{metrics};
  Proxy proxy{hosts, proxies, request_ids, system_clock(), probe, PageStore::built_in()};
  http::ScriptHandler core_handler;
  Metrics core_metrics;
  http::RunningServer core{http::local_options(), core_handler, core_metrics};
  std::unique_ptr<http::HttpServer> front;
  std::thread thread;
  std::mutex mutex;
  std::string seen_target, seen_body, seen_host, seen_id;
  DeadPort dead_port;
};

TEST_F(ProxyTest, PassesOnAndBack) {
  begin(core.port());
  const http::ClientResponse response = ask("baclique.localhost", "/v1/x?y=%20z", "X-Request-Id: mine\r\n");
  EXPECT_EQ(response.status, 418);
  EXPECT_EQ(response.content_type, "text/tea");
  EXPECT_EQ(response.body, "short and stout");
  EXPECT_EQ(field(response, "Retry-After"), "7");
  EXPECT_EQ(field(response, "X-Request-Id"), "mine");
  const std::scoped_lock lock(mutex);
  EXPECT_EQ(seen_target, "/v1/x?y=%20z");
  EXPECT_EQ(seen_body, "body");
  EXPECT_EQ(seen_host, "baclique.localhost");
  EXPECT_EQ(seen_id, "mine");
  EXPECT_EQ(probe.requests.value(), 1u);
  EXPECT_EQ(probe.seconds.sums().count, 1u);
}

TEST_F(ProxyTest, CoreAwayIsSaidInTheDialectsWords) {
  begin(dead_port.port());
  const std::pair<const char*, const char*> expected[] = {
      {"baclique.localhost", "{\"error\":\""},
      {"selgeo.localhost", "{\"statusCode\":503,"},
      {"affspace.localhost", "{\"success\":false,\"error\":{\"code\":\"SERVICE_UNAVAILABLE\""},
      {"affily.localhost", "{\"error\":{\"code\":\"service_unavailable\""}};
  for (const auto& [host, beginning] : expected) {
    const http::ClientResponse response = ask(host, "/v1/x");
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.content_type, "application/json");
    EXPECT_TRUE(response.body.starts_with(beginning)) << response.body;
    EXPECT_EQ(field(response, "Retry-After"), "1");
    EXPECT_FALSE(field(response, "X-Request-Id").empty());
    EXPECT_TRUE(field(response, "Access-Control-Allow-Origin").empty()) << "SE-5";
  }
  EXPECT_EQ(probe.unavailable.value(), 4u);
}

TEST_F(ProxyTest, CoreAwayIsAPageWhereAPersonAskedForOne) {  // D-8
  begin(dead_port.port());
  for (const char* target : {"/c/summer?invite=x", "/portal", "/portal/log-in?to=x"}) {
    const http::ClientResponse response = ask("baclique.localhost", target, "Accept-Language: de\r\n");
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.content_type, kPageType) << target;
    EXPECT_NE(response.body.find("Bitte noch einmal versuchen"), std::string::npos) << response.body;
    EXPECT_EQ(field(response, "Content-Language"), "de");
    EXPECT_EQ(field(response, "Retry-After"), "5");
    EXPECT_FALSE(field(response, "X-Request-Id").empty());
  }
  EXPECT_EQ(ask("baclique.localhost", "/portals").content_type, "application/json");
}

TEST_F(ProxyTest, OnOtherNamesTheCredentialTells) {
  begin(dead_port.port());
  EXPECT_TRUE(ask("localhost", "/v1/x", "Authorization: Bearer aff_pk_live_x\r\n").body.starts_with("{\"error\":{"));
  EXPECT_TRUE(ask("localhost", "/api/v1/x", "X-API-Key: k\r\n").body.starts_with("{\"success\":false"));
  EXPECT_TRUE(ask("localhost", "/api/v1/x").body.starts_with("{\"statusCode\":503"));
}

TEST_F(ProxyTest, CoreThatIsLateIsA504) {
  core_handler.on_request = [](const http::Request&, http::Responder& responder) {
    static std::vector<http::DeferredAnswer> never;
    never.push_back(responder.defer());
  };
  begin(core.port(), 100);
  EXPECT_EQ(ask("selgeo.localhost", "/v1/x").status, 504);
  const http::ClientResponse page = ask("selgeo.localhost", "/portal");
  EXPECT_EQ(page.status, 504);
  EXPECT_EQ(page.content_type, kPageType);
  EXPECT_NE(page.body.find("Please try again"), std::string::npos) << page.body;
  EXPECT_EQ(probe.late.value(), 2u);
}

TEST_F(ProxyTest, WithoutAWayToCoreItIsAway) {
  front = http::HttpServer::listen(http::local_options(), proxy, system_clock(), metrics).value();
  thread = std::thread([this] { front->run(); });
  EXPECT_EQ(ask("selgeo.localhost", "/v1/x").status, 503);
}

TEST_F(ProxyTest, RefusalsOfTheGuardAreTheDialects) {
  http::Request request;
  request.host = "affily.localhost";
  const http::RefusalText refusal = proxy.refusal(request, 413, "too large");
  EXPECT_TRUE(refusal.content_type.starts_with("application/json"));
  EXPECT_TRUE(refusal.body.starts_with("{\"error\":{\"code\":\"payload_too_large\"")) << refusal.body;
  EXPECT_NE(refusal.extra_fields.find("X-Request-Id: "), std::string::npos) << refusal.extra_fields;
  request.path = "/portal/profile";
  const http::RefusalText page = proxy.refusal(request, 413, "too large");
  EXPECT_EQ(page.content_type, kPageType);
  EXPECT_NE(page.body.find("Bad request"), std::string::npos) << page.body;
}

}  // namespace
}  // namespace footfall::edge
