// Redis in memory behind the seam, as far as the shipper uses it: it can be flushed, be restored to
// an older state, refuse, and lose connections before or after a command was carried out.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "proto/redis/client.h"
#include "proto/wire/streams.h"

namespace footfall::edge {

struct FakeStream {
  std::map<wire::EntryId, std::string> entries;  // id → field "b"
  wire::EntryId last;
};

// What a server holds; copy it to take a dump.
struct FakeServer {
  std::map<std::string, FakeStream> streams;
  std::map<std::string, std::map<std::string, std::string>> hashes;
  std::map<std::string, std::string> strings;
  std::map<std::string, std::string> settings{
      {"appendonly", "yes"}, {"appendfsync", "always"}, {"maxmemory-policy", "noeviction"}};
  std::int64_t replicas = 0;
};

class FakeRedis final : public redis::Redis {
 public:
  explicit FakeRedis(FakeServer& server) : server_(server) {}

  Result<redis::Reply> command(const redis::Arguments& arguments, std::int64_t) override;
  Result<std::vector<redis::Reply>> pipeline(std::span<const redis::Arguments> commands) override;
  bool connected() const override { return connected_; }

  // Asked before each command: "" carry out, "down" connection fails and nothing was done, "lost"
  // it was done and then the connection failed, anything else: that error as the reply.
  std::function<std::string(const redis::Arguments&)> fault;
  std::vector<std::string> seen;  // command names and keys, with the id of an XADD
  int round_trips = 0;

 private:
  redis::Reply carry_out(const redis::Arguments& arguments);
  redis::Reply add(const redis::Arguments& arguments);

  FakeServer& server_;
  bool connected_ = true;
};

}  // namespace footfall::edge
