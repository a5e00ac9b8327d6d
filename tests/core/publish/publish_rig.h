// A publisher with a database of its own and the shared Redis, whose clock a test moves.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "core/publish/publisher.h"
#include "proto/schema/directory.pb.h"
#include "proto/wire/streams.h"
#include "tests/core/ingest/rig.h"

namespace footfall::core::testing {

struct HeadFields {
  std::uint64_t epoch = 0, version = 0, snapshot_version = 0, snapshot_chunks = 0, checked_us = 0;
};

class PublishRig {
 public:
  PublishRig() : url(fresh_database_url()), database(url), redis(redis::make_client(redis_options())) {
    shared_redis().flush();
    clock.wall = 1'760'961'600'000'000;
    publisher = make();
  }

  std::unique_ptr<Publisher> make() {
    PublisherOptions options;
    options.postgres_url = url;
    options.redis = redis_options();
    options.snapshot_after_changes = snapshot_after;
    return std::make_unique<Publisher>(options, clock, metrics);
  }
  void run_rounds(int passes = 3) {
    for (int i = 0; i < passes; ++i) {
      publisher->run_once();
      clock.advance(1'100'000);
    }
  }
  void run(const std::string& sql) {
    auto done = database.execute(sql);
    if (!done) throw std::runtime_error(done.error().message);
  }
  void add_account() {
    run("insert into accounts (public_id, dialect, name, link_host) values ('acc', 'selgeo', 'A', 'c.localhost');"
        "insert into campaigns (public_id, account_id, slug, name, target_url) "
        "values ('prg', 1, 's', 'C', 'https://shop.example/');"
        "insert into affiliates (public_id, account_id, email) values ('aff', 1, 'a@example.org');"
        "insert into enrolments (campaign_id, affiliate_id, code) values (1, 1, 'Alice');"
        "insert into api_keys (public_id, account_id, kind, mode, shown, hash) "
        "values ('key', 1, 'public', 'live', 'pk_…', '\\x0102')");
    add_link("alice");
  }
  void add_link(const std::string& code) {
    run("insert into links (public_id, account_id, host, code, code_fold, campaign_id, affiliate_id) "
        "values ('lnk_" +
        code + "', 1, 'c.localhost', '" + code + "', '" + code + "', 1, 1)");
  }

  HeadFields head() {
    HeadFields head;
    const auto pairs = redis::read_hash(*redis, wire::kDirectoryHeadKey).value();
    const std::map<std::string, std::string> fields(pairs.begin(), pairs.end());
    const auto number = [&fields](const char* name) {
      return fields.contains(name) ? std::stoull(fields.at(name)) : 0;
    };
    return {number("epoch"), number("version"), number("snapshot_version"), number("snapshot_chunks"),
            number("checked_us")};
  }
  std::vector<schema::DirectoryChange> changes() {
    std::vector<schema::DirectoryChange> found;
    const auto epoch = head().epoch;
    const auto entries = redis::read_stream(*redis, wire::kDirectoryChangesKey, "0-0", 1'000, 0).value();
    for (const auto& entry : entries) {
      auto& change = found.emplace_back();
      FOOTFALL_CHECK(change.ParseFromString(std::string(redis::find_field(entry, wire::kChangeField))));
      const auto id = wire::parse_entry_id(entry.id).value();
      FOOTFALL_CHECK(id.minor == change.version() && id.major == epoch);
    }
    return found;
  }
  std::vector<schema::Entity> snapshot() {
    std::vector<schema::Entity> entities;
    const auto at = head();
    for (std::uint64_t n = 0; n < at.snapshot_chunks; ++n) {
      const auto key = wire::directory_snapshot_key(at.epoch, at.snapshot_version, n);
      schema::DirectoryChunk chunk;
      FOOTFALL_CHECK(chunk.ParseFromString(redis->command({"GET", key})->text));
      entities.insert(entities.end(), chunk.entities().begin(), chunk.entities().end());
    }
    return entities;
  }
  std::uint64_t database_version() {
    return static_cast<std::uint64_t>(database.query("select version from directory_state")->integer(0, 0));
  }

  const std::string url;
  ManualClock clock;
  Database database;
  std::unique_ptr<redis::Redis> redis;
  Metrics metrics;
  std::uint64_t snapshot_after = 50'000;
  std::unique_ptr<Publisher> publisher;
};

}  // namespace footfall::core::testing
