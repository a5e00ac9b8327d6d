// An edge's follower beside a Redis and a core of the test's own.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "edge/directory/follower.h"
#include "edge/directory/store.h"
#include "proto/base/lifecycle.h"
#include "tests/edge/directory/builders.h"
#include "tests/edge/directory/publisher.h"
#include "tests/support/private_servers.h"
#include "tests/support/wait_until.h"

namespace footfall::edge::testing {

inline bool eventually(const std::function<bool()>& condition, std::int64_t within_ms = 5'000) {
  return support::wait_until(condition, std::chrono::milliseconds(within_ms));
}

// One edge's directory, running.
class Edge {
 public:
  Edge(std::uint16_t redis_port, std::uint16_t core_port, const std::string& snapshot_path = {},
       const Clock& clock = system_clock())
      : store(1) {
    redis::Options options;
    options.port = redis_port;
    options.connect_ms = 300;
    options.command_ms = 300;
    redis_ = redis::make_client(options);
    FollowerOptions follow;
    follow.snapshot_path = snapshot_path;
    follow.snapshot_interval_s = 1;
    follow.core_port = core_port;
    follow.poll_ms = 50;
    follower.emplace(follow, store, *redis_, clock, metrics);
  }
  ~Edge() { stop(); }

  void start() {
    worker_.emplace("directory", [this](std::stop_token stop) { follower->run(stop); });
  }
  void stop() {
    if (!worker_) return;
    worker_->request_stop();
    worker_->join();
    worker_.reset();
  }
  VisitorSalts salts() {
    store.pin(0);
    VisitorSalts salts = store.salts();
    store.unpin(0);
    return salts;
  }
  std::string target(std::string_view code) {
    store.pin(0);
    const auto found = store.find_link("c.localhost", code);
    std::string text = found ? std::string(found->target) : "none";
    store.unpin(0);
    return text;
  }
  bool has_key(const Digest256& hash) {
    store.pin(0);
    const bool found = store.find_key(hash).has_value();
    store.unpin(0);
    return found;
  }
  std::uint64_t count(const std::string& name, const MetricLabels& labels = {}) {
    static const std::string kHelp = "Full loads of the directory that were begun, by what made them necessary.";
    if (!labels.empty()) return metrics.counter(name, kHelp, labels).value();
    const std::string text = "\n" + metrics.expose();
    const std::size_t at = text.find("\n" + name + " ");
    return at == std::string::npos ? 0 : static_cast<std::uint64_t>(std::stod(text.substr(at + name.size() + 2)));
  }
  std::uint64_t reloads(const char* reason) { return count("footfall_directory_reloads_total", {{"reason", reason}}); }

  Metrics metrics;
  DirectoryStore store;
  std::optional<DirectoryFollower> follower;

 private:
  std::unique_ptr<redis::Redis> redis_;
  std::optional<Worker> worker_;
};

class FollowerTest : public ::testing::Test {
 protected:
  FollowerTest() : publisher(redis.port()), edge(redis.port(), core.port()) {
    for (const auto& entity : {secrets_message(), link_message(1, 1, "one", "first"),
                               link_message(2, 1, "two", "second"), key_message(1, 1, key, false)}) {
      publisher.change(entity);
    }
    publisher.write_snapshot();
  }
  // Until core has been asked `times` more.
  void wait_for_requests(int times) {
    const int until = core.requests() + times;
    ASSERT_TRUE(eventually([&] { return core.requests() >= until; }));
  }
  void start() {
    edge.start();
    ASSERT_TRUE(eventually([&] { return edge.store.loaded(); }));
  }
  // Nothing that was served goes away within a few polls.
  void expect_kept() {
    const auto polls = [this] { return edge.count("footfall_directory_core_polls_total"); };
    const std::uint64_t until = polls() + 4;
    ASSERT_TRUE(eventually([&] {
      EXPECT_EQ(edge.target("one"), "first");
      EXPECT_EQ(edge.target("two"), "second");
      EXPECT_TRUE(edge.has_key(key));
      return polls() >= until;
    }));
  }

  const Digest256 key = sha256("pk_live_1");
  support::PrivateRedis redis;
  StubCore core;
  Publisher publisher;
  Edge edge;
};

}  // namespace footfall::edge::testing
