// What the tests of the server share: a scripted handler, its metrics, requests to send.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "tests/proto/http/raw_client.h"
#include "tests/proto/http/test_server.h"
#include "tests/support/wait_until.h"

namespace footfall::http {

inline std::string get(std::string_view path, std::string_view fields = "") {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a.example\r\n" + std::string(fields) + "\r\n";
}
inline std::string post(std::string_view path, std::string_view body, std::string_view fields = "") {
  return "POST " + std::string(path) +
         " HTTP/1.1\r\nHost: a.example\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(fields) + "\r\n" + std::string(body);
}
inline Response text(std::string_view body) { return {200, "text/plain", {}, body, false}; }

class ServerTest : public testing::Test {
 protected:
  RunningServer& start(const ServerOptions& options = local_options()) {
    server_ = std::make_unique<RunningServer>(options, handler_, metrics_);
    return *server_;
  }
  void wait_until(const std::function<bool()>& condition) {
    EXPECT_TRUE(support::wait_until(condition)) << "it did not come about";
  }
  double open_connections() { return metric(metrics_, "footfall_http_connections_open{server=\"test\"}"); }

  Metrics metrics_;
  ScriptHandler handler_;
  std::unique_ptr<RunningServer> server_;
};

}  // namespace footfall::http
