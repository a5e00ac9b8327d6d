// The settings of the edge. Every field has its default here, its range and its sentence in config.cc; the
// file is TOML, the environment prefix FOOTFALL_EDGE. Read once at start and never changed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proto/base/config.h"
#include "proto/base/logging.h"
#include "proto/base/result.h"
#include "proto/http/client.h"
#include "proto/http/server.h"
#include "proto/tls/certificates.h"
#include "proto/wire/dialect.h"

namespace footfall::edge {

struct HttpConfig {
  std::string address = "::";  // IPv4 as well
  std::int64_t port = 8080;
  std::int64_t backlog = 4096;
  bool share_port = false;
  bool redirect_to_https = false;
  bool io_uring = true;
  http::ServerLimits limits;
};

struct TlsConfig {
  std::vector<std::string> certificates;  // empty: no TLS
  std::int64_t port = 8443;
  std::int64_t outside_port = 0;  // 0: the one that is listened on
  std::string minimum = "1.2";
  std::string acme_directory;

  bool is_on() const { return !certificates.empty(); }
  tls::Version version() const { return minimum == "1.3" ? tls::Version::tls_1_3 : tls::Version::tls_1_2; }
};

struct AdminConfig {
  std::string address = "127.0.0.1";
  std::int64_t port = 9101;
};

struct HostsConfig {
  std::vector<std::string> baclique = {"baclique.localhost"};
  std::vector<std::string> selgeo = {"selgeo.localhost"};
  std::vector<std::string> affspace = {"affspace.localhost"};
  std::vector<std::string> affily = {"affily.localhost"};
  std::vector<std::string> short_links = {"c.localhost"};
  std::vector<std::string> others = {"localhost", "127.0.0.1", "[::1]"};  // the credential decides
};

struct CoreConfig {
  std::string url = "http://127.0.0.1:8081";
  std::int64_t connections_max = 64;
  std::int64_t queue_max = 256;
  std::int64_t connect_ms = 1'000;
  std::int64_t answer_ms = 30'000;
  std::int64_t answer_bytes_max = 8 * 1024 * 1024;
};

struct LogConfig {
  std::string directory = "var/edge/log";
  std::int64_t segment_bytes = 64 << 20;
  std::int64_t total_bytes_max = 4ll << 30;
  std::int64_t min_age_s = 0;
  std::int64_t max_age_s = 7 * 86'400;
  std::int64_t handover_batches = 256;
  std::int64_t own_write_us = 0;
  std::int64_t memory_bytes_max = 64 << 20;
  std::int64_t redis_ack_ms = 2'000;
};

struct ShipperConfig {
  std::int64_t linger_us = 5'000;
  std::int64_t entry_clicks = 256;
  std::int64_t entry_bytes = 128 * 1024;
  std::int64_t backlog_entry_clicks = 1'024;
  std::int64_t pipeline_bytes = 1024 * 1024;
  std::int64_t unstored_bytes_max = 256 << 20;
  std::int64_t wait_replicas = 0;
  std::int64_t wait_ms = 200;
};

struct DirectoryConfig {
  std::string snapshot = "var/edge/directory.snapshot";
  std::int64_t snapshot_interval_s = 60;
  std::int64_t poll_ms = 250;
  std::int64_t wait_ms = 2'000;
};

struct CountriesConfig {
  std::string database;
};

struct LimitsConfig {
  std::int64_t keys_max = 65'536;
  std::int64_t addresses_max = 65'536;
  std::int64_t unknown_keys_per_minute = 60;
  std::int64_t clicks_per_address_per_minute = 1'000;
};

struct DrainConfig {
  std::int64_t requests_ms = 20'000;
  std::int64_t ship_ms = 10'000;
};

struct Config {
  std::string name = "edge";
  std::int64_t number = -1;  // -1: made from the name
  std::int64_t workers = 0;  // 0: one per processor
  std::string log_level = "info";
  std::string ack = "synced";
  std::string address_kept = "truncated";
  std::vector<std::string> trusted_proxies = {"127.0.0.0/8", "::1"};
  std::string redis_url = "redis://127.0.0.1:6379";
  HttpConfig http;
  TlsConfig tls;
  AdminConfig admin;
  HostsConfig hosts;
  std::string pages_directory;  // empty: our own pages only
  CoreConfig core;
  LogConfig log;
  ShipperConfig shipper;
  DirectoryConfig directory;
  CountriesConfig countries;
  LimitsConfig limits;
  DrainConfig drain;

  LogLevel level() const;
  wire::HostMap host_map() const;
  unsigned worker_count() const;
  std::uint32_t edge_number() const;
  http::ClientOptions core_options() const;
};

// Binds every field; `config` outlives the schema.
void bind(ConfigSchema& schema, Config& config);

// Reads `path` (empty: none) and the environment, and checks what no single range can.
Result<Config> load_config(const std::string& path);

// Every key as a commented TOML file, with the values of `config`.
std::string describe(Config config);

}  // namespace footfall::edge
