#include "edge/config.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/child_process.h"

namespace footfall::edge {
namespace {

class ConfigTest : public testing::Test {
 protected:
  Result<Config> load(const std::string& text) {
    const std::filesystem::path path = folder.path() / "edge.toml";
    std::ofstream(path) << text;
    return load_config(path);
  }
  void expect_refused(const std::string& text, const std::string& word) {
    const auto config = load(text);
    ASSERT_FALSE(config) << text;
    EXPECT_NE(config.error().message.find(word), std::string::npos) << config.error().message;
  }
  support::TempDir folder;
};

TEST_F(ConfigTest, TheDefaultsStandAndDescribeThemselves) {
  const auto config = load_config("");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->http.port, 8080);
  EXPECT_EQ(config->admin.port, 9101);
  EXPECT_GE(config->worker_count(), 1u);
  EXPECT_EQ(config->edge_number(), wire::edge_number_of("edge"));
  EXPECT_EQ(config->core_options().port, 8081);
  const auto again = load(describe(*config));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(describe(*again), describe(*config)) << "the packaged file says what the defaults are";
}

TEST_F(ConfigTest, WhatNoSingleRangeCanSay) {
  expect_refused("name = \"a b\"", "name");
  expect_refused("name = \"\"", "name");
  expect_refused("redis.url = \"http://x\"", "redis.url");
  expect_refused("trusted_proxies = [\"10.0.0.0/99\"]", "10.0.0.0/99");
  expect_refused("admin.port = 8080", "differ");
  expect_refused("log.segment_bytes = 4194305", "4096");
  expect_refused("log.segment_bytes = 8388608\nlog.total_bytes_max = 8388608", "two segments");
  expect_refused("hosts.short_links = [\"SelGeo.localhost\"]", "selgeo.localhost");
  expect_refused("hosts.affily = [\"selgeo.localhost\"]", "selgeo.localhost");
  expect_refused("http.prot = 1", "http.port");
  expect_refused("ack = \"never\"", "ack");
}

TEST_F(ConfigTest, WhereCoreIs) {
  const auto options = [this](const std::string& url) { return load("core.url = \"" + url + "\"")->core_options(); };
  EXPECT_EQ(options("http://core.example:81").host, "core.example");
  EXPECT_EQ(options("http://core.example:81").port, 81);
  EXPECT_EQ(options("http://core.example").port, 80);
  EXPECT_EQ(options("http://[::1]:8081/").host, "::1");
  EXPECT_EQ(options("http://[::1]:8081/").port, 8081);
  for (const char* bad :
       {"", "core:81", "https://core", "http://", "http://core:0", "http://core:x", "http://core:99999",
        "http://core/path", "http://[::1", "http://:81", "http://co re:8081", "http://core_.:81",
        "http://core..example", "http://::1:8081", "http://[::1]x:80", "http://1.2.3", "http://u@core:81"}) {
    expect_refused("core.url = \"" + std::string(bad) + "\"", "core.url");
  }
}

TEST_F(ConfigTest, HostsAreFolded) {
  const auto config = load("hosts.affily = [\"API.Affily.Example\"]");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->host_map().dialect_of("api.affily.example"), wire::Dialect::affily);
  EXPECT_TRUE(config->host_map().is_short_link_host("c.localhost"));
}

TEST_F(ConfigTest, WhatCanNeverMatchIsRefusedWithItsValue) {
  for (const char* host :
       {"https://api.example", "api.example:8080", "api.example/", "api example", "", ".", "a..b", "api.example.",
        "b\xC3\xBC"
        "cher.example",
        "::1", "[::1", "[0:0::1]", "1.2.3", "0x7f.1", "300.1.1.1", "*"}) {
    expect_refused("hosts.affily = [\"" + std::string(host) + "\"]", std::string("hosts.affily: \"") + host);
  }
  for (const char* host : {"api.example", "API.Example", "localhost", "a_b.example", "xn--bcher-kva.example", "[::1]",
                           "[2001:DB8::1]", "192.0.2.1"}) {
    EXPECT_TRUE(load("hosts.affily = [\"" + std::string(host) + "\"]\nhosts.others = [\"*\"]")) << host;
  }
  for (const char* key : {"http", "admin"}) {
    for (const char* address : {"", "localhost", "[::1]", "127.0.0", "127.0.0.1:80", "eth0"}) {
      expect_refused(std::string(key) + ".address = \"" + address + "\"",
                     std::string(key) + ".address: \"" + address + "\"");
    }
    for (const char* address : {"::", "::1", "0.0.0.0", "192.0.2.1"}) {
      EXPECT_TRUE(load(std::string(key) + ".address = \"" + address + "\"")) << address;
    }
  }
  expect_refused("redis.url = \"redis://:secret@re dis:1\"", "redis.url");
  EXPECT_EQ(load("redis.url = \"redis://:secret@re dis:1\"").error().message.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace footfall::edge
