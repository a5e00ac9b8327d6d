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
  for (const char* bad : {"", "core:81", "https://core", "http://", "http://core:0", "http://core:x",
                          "http://core:99999", "http://core/path", "http://[::1", "http://:81"}) {
    expect_refused("core.url = \"" + std::string(bad) + "\"", "core.url");
  }
}

TEST_F(ConfigTest, HostsAreFolded) {
  const auto config = load("hosts.affily = [\"API.Affily.Example\"]");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->host_map().dialect_of("api.affily.example"), wire::Dialect::affily);
  EXPECT_TRUE(config->host_map().is_short_link_host("c.localhost"));
}

}  // namespace
}  // namespace footfall::edge
