// footfall-core as a process: what it says while others are away, what it gives to edges, how it ends.
#include <gtest/gtest.h>

#include "proto/base/clock.h"
#include "proto/http/client.h"
#include "proto/schema/directory.pb.h"
#include "tests/support/private_servers.h"
#include "tests/support/wait_until.h"

namespace footfall::core {
namespace {

class Core {
 public:
  Core(const std::string& postgres_url, std::uint16_t redis_port, std::vector<std::string> arguments = {"serve"}) {
    support::ChildOptions options;
    options.output = directory.path() / "log";
    options.environment = {"FOOTFALL_CORE_POSTGRES_URL=" + postgres_url,
                           "FOOTFALL_CORE_REDIS_URL=redis://127.0.0.1:" + std::to_string(redis_port),
                           "FOOTFALL_CORE_HTTP_PORT=" + std::to_string(port),
                           "FOOTFALL_CORE_ADMIN_PORT=" + std::to_string(admin_port)};
    arguments.insert(arguments.begin(), FOOTFALL_CORE_BINARY);
    process = support::ChildProcess(arguments, options);
  }
  Result<http::ClientResponse> get(std::uint16_t from, const std::string& target, const std::string& fields = "") {
    http::ClientOptions options;
    options.port = from;
    http::ClientRequest request;
    request.target = target;
    request.host = "127.0.0.1";
    request.extra_fields = fields;
    return http::fetch(options, request);
  }
  // The answer, once `condition` likes it; the last one if it never does.
  template <typename Condition>
  Result<http::ClientResponse> until(const std::string& target, Condition condition) {
    Result<http::ClientResponse> answer = internal("never asked");
    support::wait_until(
        [&] {
          answer = get(admin_port, target);
          return answer && condition(*answer);
        },
        std::chrono::seconds(20), std::chrono::milliseconds(20));
    return answer;
  }
  bool becomes_ready() {
    const auto answer = until("/readyz", [](const auto& got) { return got.status == 200; });
    return answer && answer->status == 200;
  }

  support::TempDir directory;
  const std::uint16_t port = support::free_port();
  const std::uint16_t admin_port = support::free_port();
  support::ChildProcess process;
};

TEST(Program, StartsWithItsServersAwayAndHealsByItself) {
  support::PrivatePostgres postgres;
  support::PrivateRedis redis;
  const auto url = postgres.fresh_database();
  postgres.stop();
  redis.stop();
  Core core(url, redis.port());
  const auto away =
      core.until("/readyz", [](const auto& got) { return got.body.find("cannot connect") != std::string::npos; });
  ASSERT_TRUE(away.has_value());
  EXPECT_EQ(away->status, 503);
  EXPECT_NE(away->body.find("postgres: cannot connect"), std::string::npos) << away->body;
  EXPECT_NE(away->body.find("\"away\":[\"redis\"]"), std::string::npos) << away->body;
  EXPECT_EQ(core.get(core.admin_port, "/livez")->status, 200);
  postgres.start();
  EXPECT_TRUE(core.becomes_ready()) << "Redis is not needed for the books";
  redis.start();
  const auto whole =
      core.until("/readyz", [](const auto& got) { return got.body.find("\"away\":[]") != std::string::npos; });
  EXPECT_EQ(whole->body, "{\"ready\":true,\"reasons\":[],\"away\":[]}\n");
  postgres.stop();
  const auto gone = core.until("/readyz", [](const auto& got) { return got.status == 503; });
  EXPECT_EQ(gone->status, 503);
  postgres.start();
  EXPECT_TRUE(core.becomes_ready());
  EXPECT_EQ(core.process.stop(15), 0) << support::read_file(core.directory.path() / "log");
}

TEST(Program, GivesTheDirectoryToEdgesAlone) {
  support::PrivatePostgres postgres;
  support::PrivateRedis redis;
  Core core(postgres.fresh_database(), redis.port());
  ASSERT_TRUE(core.becomes_ready());
  const auto whole = core.get(core.port, "/internal/directory/snapshot");
  ASSERT_TRUE(whole.has_value());
  EXPECT_EQ(whole->status, 200);
  EXPECT_EQ(whole->content_type, "application/octet-stream");
  schema::DirectoryPage page;
  ASSERT_TRUE(page.ParseFromString(whole->body));
  EXPECT_TRUE(page.complete());
  ASSERT_EQ(page.entities_size(), 1);
  EXPECT_EQ(page.entities(0).secrets().tag_key().size(), 16u);
  EXPECT_EQ(core.get(core.port, "/internal/directory/changes?epoch=x&after=1")->status, 400);
  EXPECT_EQ(core.get(core.port, "/internal/directory/changes?epoch=1&after=0")->status, 200);
  EXPECT_EQ(core.get(core.port, "/internal/other")->status, 404);
  EXPECT_EQ(core.get(core.port, "/internal/directory/snapshot", "X-Forwarded-For: 203.0.113.9\r\n")->status, 404)
      << "a client of an edge is no edge";
  EXPECT_EQ(core.process.stop(15), 0);
}

TEST(Program, ItsMetricsFollowTheConventions) {
  support::PrivatePostgres postgres;
  support::PrivateRedis redis;
  Core core(postgres.fresh_database(), redis.port());
  ASSERT_TRUE(core.becomes_ready());
  const auto metrics = core.until(
      "/metrics", [](const auto& got) { return got.body.find("footfall_publish_leading 1") != std::string::npos; });
  ASSERT_EQ(metrics->status, 200);
  for (const char* name :
       {"footfall_ingest_clicks_total{outcome=\"stored\"} 0", "footfall_ingest_lag_seconds{thread=\"0\"}",
        "footfall_directory_version", "footfall_publish_outbox_rows", "footfall_core_postgres_up 1"}) {
    EXPECT_NE(metrics->body.find(name), std::string::npos) << name;
  }
  EXPECT_EQ(core.process.stop(2), 0) << "SIGINT ends it in order, too";
}

TEST(Program, RefusesWhatItCannotWorkWith) {
  support::TempDir directory;
  const auto run = [&directory](std::vector<std::string> arguments, std::vector<std::string> environment) {
    support::ChildOptions options;
    options.output = directory.path() / "log";
    options.environment = std::move(environment);
    arguments.insert(arguments.begin(), FOOTFALL_CORE_BINARY);
    return support::run(arguments, options);
  };
  EXPECT_EQ(run({"serve", "--check-config"}, {}), 0);
  EXPECT_EQ(run({"serve", "--check-config"}, {"FOOTFALL_CORE_HTTP_PORT=70000"}), 2);
  EXPECT_EQ(run({"serve", "--check-config"}, {"FOOTFALL_CORE_NO_SUCH_KEY=1"}), 2);
  EXPECT_EQ(run({"serve", "--roles", "api,sleep"}, {}), 2);
  EXPECT_EQ(run({"serve"}, {"FOOTFALL_CORE_INGEST_NETWORKS=10.0.0.0/40"}), 2);
  // Each value that could never match or work, by its key and in its own words.
  const std::pair<std::string, std::string> useless[] = {
      {"LINK_HOST", "https://c.example"},      {"LINK_HOST", "c.example:8080"},      {"HOSTS_SELGEO", "co re.example"},
      {"HOSTS_SHORT_LINKS", "c.example/demo"}, {"HOSTS_AFFILY", "selgeo.localhost"}, {"TRUSTED_PROXIES", "10.0.0"},
      {"TRUSTED_PROXIES", "proxy.example"},    {"HTTP_ADDRESS", "loopback"},         {"ADMIN_ADDRESS", "999.0.0.1"},
      {"INGEST_NETWORKS", "192.0.2.0/64"}};
  for (const auto& [key, value] : useless) {
    EXPECT_EQ(run({"serve", "--check-config"}, {"FOOTFALL_CORE_" + key + "=" + value}), 2) << key << "=" << value;
    EXPECT_NE(support::read_file(directory.path() / "log").find("\"" + value + "\""), std::string::npos)
        << key << ": " << support::read_file(directory.path() / "log");
  }
  EXPECT_EQ(run({"serve", "--check-config"}, {"FOOTFALL_CORE_POSTGRES_URL=hunter2 secret"}), 2);
  EXPECT_EQ(support::read_file(directory.path() / "log").find("hunter2"), std::string::npos);
  EXPECT_EQ(run({"serve", "--check-config"}, {"FOOTFALL_CORE_REDIS_URL=http://127.0.0.1"}), 2);
  EXPECT_EQ(run({"serve", "--check-config"}, {"FOOTFALL_CORE_HOSTS_SELGEO=Bücher.example"}), 0);
  EXPECT_EQ(run({"serve"}, {"FOOTFALL_CORE_INGEST_CRAWLERS_FILE=/nonexistent"}), 1);
  EXPECT_EQ(run({"serve", "--check-config"}, {"FOOTFALL_CORE_INGEST_CRAWLERS_FILE=/nonexistent"}), 2);
  const auto log = support::read_file(directory.path() / "log");
  EXPECT_NE(log.find("ingest.networks"), std::string::npos);
  EXPECT_NE(log.find("ingest.crawlers_file"), std::string::npos);
}

TEST(Program, AsksForAMigrationWhenItMayNotMigrate) {
  support::PrivatePostgres postgres;
  support::PrivateRedis redis;
  Core core(postgres.fresh_database(), redis.port(), {"serve", "--no-migrate"});
  const auto waiting =
      core.until("/readyz", [](const auto& got) { return got.body.find("migrate") != std::string::npos; });
  EXPECT_EQ(waiting->status, 503);
  EXPECT_NE(waiting->body.find("run footfall-core migrate"), std::string::npos) << waiting->body;
}

}  // namespace
}  // namespace footfall::core
