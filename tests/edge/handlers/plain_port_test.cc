#include "edge/handlers/plain_port.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/edge/handlers/fakes.h"
#include "tests/edge/handlers/made_request.h"

namespace footfall::edge {
namespace {

using http::Method;
using Outcome = PlainPort::Outcome;

constexpr const char* kChallenges = "/.well-known/acme-challenge/";

class PlainPortTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directory(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) { std::ofstream(folder_ + "/" + name) << text; }
  Outcome handle(MadeRequest request) {
    PlainPort port(options_, proxies_);
    if (tls_port_ != 0) port.lead_to(tls_port_);
    return port.handle(request.get(), responder_);
  }
  // The answer to a GET of a stranger; empty: there was none.
  std::string location(const std::string& host, const std::string& target) {
    responder_.sent.clear();
    if (handle(MadeRequest(Method::get, host, target).from("192.0.2.1")) != Outcome::answered) return {};
    return responder_.sent.at(0).fields;
  }
  std::string challenge(const std::string& token) {
    responder_.sent.clear();
    if (handle(MadeRequest(Method::get, "a.example", kChallenges + token)) != Outcome::answered) return {};
    return responder_.sent.at(0).body;
  }

  const std::string folder_ = std::filesystem::temp_directory_path() / ("plain-port-" + std::to_string(::getpid()));
  PlainPortOptions options_{.redirects = true, .acme_directory = {}};
  std::uint16_t tls_port_ = 0;  // 0: not said
  http::TrustedProxies proxies_ = *http::TrustedProxies::parse({"10.0.0.0/8"});
  RememberingResponder responder_;
};

TEST_F(PlainPortTest, LeadsToTheSameAddressWithHttps) {
  EXPECT_EQ(location("go.example", "/code?sub=1"), "Location: https://go.example/code?sub=1\r\n");
  EXPECT_EQ(responder_.sent.at(0).status, 301);
  tls_port_ = 8443;
  EXPECT_EQ(location("go.example", "/"), "Location: https://go.example:8443/\r\n");
  EXPECT_EQ(handle(MadeRequest(Method::head, "go.example", "/").from("192.0.2.1")), Outcome::answered);
}

TEST_F(PlainPortTest, RefusesWhatCarriesMoreThanAnAddress) {  // SE-18
  for (const Method method : {Method::post, Method::put, Method::patch, Method::del, Method::options}) {
    EXPECT_EQ(handle(MadeRequest(method, "go.example", "/v1/clicks").from("192.0.2.1")), Outcome::refused);
  }
  EXPECT_EQ(handle(MadeRequest(Method::get, "", "/code")), Outcome::refused) << "it does not say where to";
  EXPECT_TRUE(responder_.sent.empty());
}

TEST_F(PlainPortTest, WhatCameByHttpsIsNotItsOwn) {
  EXPECT_EQ(handle(MadeRequest(Method::get, "go.example", "/").encrypted()), Outcome::not_mine);
  const auto by_proxy = [](const char* from, const char* scheme) {
    return MadeRequest(Method::post, "go.example", "/").from(from).with("X-Forwarded-Proto", scheme);
  };
  EXPECT_EQ(handle(by_proxy("10.0.0.1", "https")), Outcome::not_mine);
  EXPECT_EQ(handle(by_proxy("10.0.0.1", "http")), Outcome::refused);
  EXPECT_EQ(handle(by_proxy("192.0.2.1", "https")), Outcome::refused) << "a stranger's word";
  options_.redirects = false;
  EXPECT_EQ(handle(MadeRequest(Method::get, "go.example", "/")), Outcome::not_mine);
}

TEST_F(PlainPortTest, ServesChallengesFromTheirFolderOnly) {
  write("token-1_A", "answer");
  EXPECT_EQ(location("a.example", std::string(kChallenges) + "token-1_A").substr(0, 9), "Location:")
      << "no folder is set";
  options_.acme_directory = folder_;
  EXPECT_EQ(challenge("token-1_A"), "answer");
  EXPECT_EQ(responder_.sent.at(0).status, 200);
  for (const char* none : {"", "token-2", "../token-1_A", ".", "..", "a/b", "token-1_A%00"}) {
    EXPECT_EQ(challenge(none), "") << none << ": a redirect, as for any other address";
    EXPECT_EQ(responder_.sent.at(0).status, 301);
  }
  EXPECT_EQ(challenge(std::string(129, 'a')), "");
  write(std::string(128, 'a'), "longest");
  EXPECT_EQ(challenge(std::string(128, 'a')), "longest");
  std::filesystem::create_symlink("token-1_A", folder_ + "/link");
  EXPECT_EQ(challenge("link"), "");
  std::filesystem::create_directory(folder_ + "/folder");
  EXPECT_EQ(challenge("folder"), "");
  write("long", std::string(5'000, 'x'));
  EXPECT_EQ(challenge("long").size(), 1'024u);
  EXPECT_EQ(handle(MadeRequest(Method::post, "a.example", std::string(kChallenges) + "token-1_A")), Outcome::refused);
}

}  // namespace
}  // namespace footfall::edge
