#include "proto/base/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/support/child_process.h"

namespace footfall {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct Example {
  std::int64_t port = 8080;
  bool fast = true;
  std::string name = "edge \"one\"";
  std::string mode = "disk";
  std::vector<std::string> hosts = {"a.example", "b.example"};
  std::string password = "hunter2";
  std::int64_t depth = 3;
};

class ConfigTest : public testing::Test {
 protected:
  ConfigTest() {
    schema_.integer("http.port", values_.port, 1, 65'535, "Where visitors are answered.");
    schema_.flag("http.fast", values_.fast, "Whether to hurry.");
    schema_.text("name", values_.name, "What this edge is called.", 12);
    schema_.choice("log.ack", values_.mode, {"disk", "redis"}, "When a click is safe.");
    schema_.list("hosts.selgeo", values_.hosts, "Hosts that speak Selgeo.");
    schema_.secret("redis.password", values_.password, "Redis' password.");
    schema_.integer("log.deep.depth", values_.depth, 0, 9, "How deep.");
  }
  ~ConfigTest() override {
    for (const auto& name : variables_) unsetenv(name.c_str());
  }

  void set(const std::string& name, const std::string& value) {
    setenv(name.c_str(), value.c_str(), 1);
    variables_.push_back(name);
  }
  Result<void> load(const std::string& text) {
    const auto path = directory_.path() / "config.toml";
    std::ofstream(path) << text;
    return schema_.load(path);
  }
  std::string refusal(const std::string& text) {
    const auto loaded = load(text);
    EXPECT_FALSE(loaded) << text;
    return loaded ? "" : loaded.error().message;
  }

  Example values_;
  ConfigSchema schema_{"TRIAL_EDGE"};
  support::TempDir directory_;
  std::vector<std::string> variables_;
};

TEST_F(ConfigTest, DefaultsStandWithoutAFile) {
  ASSERT_TRUE(schema_.load(""));
  EXPECT_EQ(values_.port, 8080);
  EXPECT_EQ(values_.mode, "disk");
}

TEST_F(ConfigTest, ReadsEveryType) {
  const auto loaded = load(
      "name = 'x'\n[http]\nport = 99\nfast = false\n[log]\nack = 'redis'\ndeep.depth = 0\n"
      "[hosts]\nselgeo = ['s.example']\n[redis]\npassword = 'p'\n");
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(values_.name, "x");
  EXPECT_EQ(values_.port, 99);
  EXPECT_FALSE(values_.fast);
  EXPECT_EQ(values_.mode, "redis");
  EXPECT_EQ(values_.depth, 0);
  EXPECT_THAT(values_.hosts, ElementsAre("s.example"));
  EXPECT_EQ(values_.password, "p");
}

TEST_F(ConfigTest, RefusesAnUnknownKeyAndGuessesWhatWasMeant) {
  EXPECT_THAT(refusal("[http]\nprot = 1\n"),
              HasSubstr("config.toml:2: unknown key http.prot; did you mean http.port?"));
  EXPECT_THAT(refusal("[nothing.like.it]\n"), HasSubstr("unknown key nothing"));
  EXPECT_THAT(refusal("[nothing.like.it]\n"), Not(HasSubstr("did you mean")));
  EXPECT_THAT(refusal("http = 5\n"), HasSubstr("unknown key http"));
}

TEST_F(ConfigTest, RefusesAWrongType) {
  EXPECT_THAT(refusal("http.port = '99'\n"), HasSubstr("http.port: "));
  EXPECT_THAT(refusal("http.port = '99'\n"), HasSubstr("is not an integer from 1 to 65535 (Where visitors"));
  EXPECT_THAT(refusal("http.port = 1.5\n"), HasSubstr("1.5 is not an integer"));
  EXPECT_THAT(refusal("http.fast = 1\n"), HasSubstr("true or false"));
  EXPECT_THAT(refusal("name = 5\n"), HasSubstr("a string of at most 12 bytes"));
  EXPECT_THAT(refusal("hosts.selgeo = 'a'\n"), HasSubstr("a list of strings"));
  EXPECT_THAT(refusal("hosts.selgeo = ['a', 1]\n"), HasSubstr("a list of strings"));
  EXPECT_THAT(refusal("[http.port]\n"), HasSubstr("http.port"));
}

TEST_F(ConfigTest, RefusesAValueOutOfRange) {
  EXPECT_THAT(refusal("http.port = 0\n"), HasSubstr("config.toml:1: http.port: 0 is not"));
  EXPECT_THAT(refusal("http.port = 65536\n"), HasSubstr("65536"));
  EXPECT_THAT(refusal("name = '1234567890123'\n"), HasSubstr("at most 12 bytes"));
  EXPECT_THAT(refusal("log.ack = 'memory'\n"), HasSubstr("one of \"disk\", \"redis\""));
}

TEST_F(ConfigTest, RefusesABrokenOrAbsentFile) {
  EXPECT_THAT(refusal("a = \n"), HasSubstr("config.toml:1"));
  EXPECT_FALSE(schema_.load("/nonexistent/config.toml"));
}

TEST_F(ConfigTest, NeverShowsASecret) {
  EXPECT_THAT(refusal("redis.password = 12345\n"), Not(HasSubstr("12345")));
  EXPECT_THAT(schema_.describe(), Not(HasSubstr("hunter2")));
  set("TRIAL_EDGE_REDIS_PASSWORD", std::string(5000, 's'));
  EXPECT_THAT(refusal(""), Not(HasSubstr("sss")));
}

TEST_F(ConfigTest, TheEnvironmentOverridesTheFile) {
  set("TRIAL_EDGE_HTTP_PORT", "77");
  set("TRIAL_EDGE_HTTP_FAST", "false");
  set("TRIAL_EDGE_NAME", "");
  set("TRIAL_EDGE_LOG_ACK", "redis");
  set("TRIAL_EDGE_HOSTS_SELGEO", " x.example, ,y.example,");
  set("TRIAL_EDGE_LOG_DEEP_DEPTH", "9");
  set("TRIAL_EDGES_OTHER", "not ours");
  const auto loaded = load("http.port = 99\n");
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(values_.port, 77);
  EXPECT_FALSE(values_.fast);
  EXPECT_EQ(values_.name, "");
  EXPECT_EQ(values_.mode, "redis");
  EXPECT_THAT(values_.hosts, ElementsAre("x.example", "y.example"));
  EXPECT_EQ(values_.depth, 9);
}

TEST_F(ConfigTest, AnEmptyVariableIsAnEmptyList) {
  set("TRIAL_EDGE_HOSTS_SELGEO", "");
  ASSERT_TRUE(schema_.load(""));
  EXPECT_THAT(values_.hosts, IsEmpty());
}

TEST_F(ConfigTest, RefusesVariablesAsItRefusesKeys) {
  set("TRIAL_EDGE_HTTP_PROT", "1");
  EXPECT_THAT(refusal(""), HasSubstr("unknown key TRIAL_EDGE_HTTP_PROT; did you mean TRIAL_EDGE_HTTP_PORT?"));
  unsetenv("TRIAL_EDGE_HTTP_PROT");
  for (const char* bad : {"", "x", "0", "65536", "1 ", " 1", "1.0", "0x10", "99999999999999999999"}) {
    set("TRIAL_EDGE_HTTP_PORT", bad);
    EXPECT_THAT(refusal(""), HasSubstr("environment: TRIAL_EDGE_HTTP_PORT: ")) << bad;
  }
  set("TRIAL_EDGE_HTTP_PORT", "1");
  for (const char* bad : {"", "yes", "1", "TRUE"}) {
    set("TRIAL_EDGE_HTTP_FAST", bad);
    EXPECT_THAT(refusal(""), HasSubstr("TRIAL_EDGE_HTTP_FAST")) << bad;
  }
}

TEST_F(ConfigTest, DescribesItselfAsAFileThatItReads) {
  const std::string file = schema_.describe();
  EXPECT_THAT(file, HasSubstr("# Where visitors are answered.\n# TRIAL_EDGE_HTTP_PORT: an integer from 1 to 65535; "
                              "default 8080.\nport = 8080\n"));
  EXPECT_THAT(file, HasSubstr("name = \"edge \\\"one\\\"\"\n"));
  EXPECT_THAT(file, HasSubstr("selgeo = [\"a.example\", \"b.example\"]\n"));
  EXPECT_THAT(file, HasSubstr("# password = \"\"\n"));
  EXPECT_LT(file.find("\nname"), file.find("[http]"));
  EXPECT_EQ(file.find("[log]"), file.rfind("[log]"));
  values_.port = 1;
  values_.name = "";
  const auto loaded = load(file);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(values_.port, 8080);
  EXPECT_EQ(values_.name, "edge \"one\"");
  EXPECT_EQ(values_.password, "hunter2");
  values_.port = 4;
  EXPECT_THAT(schema_.describe(), HasSubstr("default 8080.\nport = 4\n"));
}

TEST_F(ConfigTest, BindingTwiceOrABadDefaultIsAProgrammersError) {
  EXPECT_DEATH(schema_.flag("http_port", values_.fast, "The same variable."), "check.failed");
  std::int64_t zero = 0;
  EXPECT_DEATH(schema_.integer("zero", zero, 1, 2, "Out of its own range."), "check.failed");
}

}  // namespace
}  // namespace footfall
