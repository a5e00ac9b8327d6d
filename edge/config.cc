// bind() names every key once, with its range and its sentence; ConfigSchema reads files and the environment by it and
// prints it. What depends on more than one value, or on more than a range, is checked in config_check.cc.
#include "edge/config.h"

#include <algorithm>
#include <optional>
#include <thread>

#include "edge/config_check.h"
#include "proto/base/bytes.h"
#include "proto/wire/ids.h"
#include "proto/wire/streams.h"

namespace footfall::edge {
namespace {

constexpr std::string_view kEnvironmentPrefix = "FOOTFALL_EDGE";
constexpr std::int64_t kWorkersMax = 64;        // a click id has 6 bits for the worker
constexpr std::int64_t kEdgeNumberMax = 4'095;  // and 12 for the edge
constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kMebibyte = 1024 * 1024;
constexpr std::int64_t kGibibyte = 1024 * kMebibyte;

void bind_identity(ConfigSchema& schema, Config& config) {
  schema.text("name", config.name, "this edge's name, in stream keys and metrics of core: letters, digits, . _ -",
              wire::kEdgeNameLengthMax);
  schema.integer("number", config.number, -1, kEdgeNumberMax,
                 "this edge's number in click ids, different on each edge; -1: made from the name");
  schema.integer("workers", config.workers, 0, kWorkersMax, "threads that take requests; 0: one per processor");
  schema.choice("log.level", config.log_level, {"debug", "info", "warn", "error"},
                "lowest level of what the program says on standard error");
  schema.secret("redis.url", config.redis_url, "redis://[user:password@]host[:port][/database]");
  schema.list("trusted_proxies", config.trusted_proxies,
              "addresses and networks whose X-Forwarded-For and X-Forwarded-Proto are believed");
  schema.choice("privacy.address", config.address_kept, {"truncated", "full", "none"},
                "what is kept of a visitor's address; truncated: IPv4 to /24, IPv6 to /48");
}

void bind_http(ConfigSchema& schema, HttpConfig& http, AdminConfig& admin) {
  http::ServerLimits& limits = http.limits;
  schema.text(
      "http.address", http.address,
      "address on which visitors and merchants are served; \"::\": every address of this machine, IPv4 and IPv6");
  schema.integer("http.port", http.port, 0, 65'535, "port on which visitors and merchants are served; 0: any free one");
  schema.flag("http.share_port", http.share_port,
              "start although another process listens on http.port, and share its connections: for a hand-over");
  schema.flag("http.io_uring", http.io_uring,
              "receive and send for many connections with one system call; where the kernel refuses: one call each");
  schema.integer("http.backlog", http.backlog, 1, 65'535, "connections that may wait to be accepted");
  schema.integer("http.connections_max", limits.connections_max, 1, 1'000'000, "open connections of one worker");
  schema.integer("http.header_bytes_max", limits.header_bytes_max, 1'024, 64 * 1024,
                 "request line and header block; beyond: 431");
  schema.integer("http.target_bytes_max", limits.target_bytes_max, 256, 32 * 1024, "path and query; beyond: 414");
  schema.integer("http.fields_max", limits.fields_max, 8, 512, "header fields; beyond: 431");
  schema.integer("http.body_bytes_max", limits.body_bytes_max, 16 * 1024, 64 * kMebibyte,
                 "body of a call to core; beyond: 413. A click's is 16 KiB whatever is set here");
  schema.integer("http.first_byte_ms", limits.first_byte_ms, 100, kHourMs,
                 "how long a new connection may send nothing");
  schema.integer("http.idle_ms", limits.idle_ms, 100, kHourMs, "how long a connection may rest between requests");
  schema.integer("http.header_ms", limits.header_ms, 100, kHourMs, "from a request's first byte to its header's end");
  schema.integer("http.body_ms", limits.body_ms, 100, kHourMs, "for the whole body");
  schema.integer("http.body_bytes_per_s_min", limits.bytes_per_s_min, 0, kMebibyte,
                 "slowest sending of a body, and slowest reading of an answer, that is waited for; 0: any");
  schema.integer("http.write_ms", limits.write_ms, 100, kHourMs, "for a client that reads nothing of its answer");
  schema.integer("http.answer_ms", limits.answer_ms, 100, kHourMs, "until an answer that is owed becomes a 504");
  schema.integer("http.requests_per_connection_max", limits.requests_per_connection_max, 1, 1'000'000'000,
                 "requests after which a connection is closed");
  schema.integer("http.pipelined_max", limits.pipelined_max, 1, 1'024, "answers owed on one connection");
  schema.integer("http.output_bytes_max", limits.output_bytes_max, 64 * 1024, 64 * kMebibyte,
                 "unsent answers of one connection");
  schema.integer("http.buffer_bytes_max", limits.buffer_bytes_max, kMebibyte, 1024 * 1024 * kMebibyte,
                 "incomplete requests and unsent answers of all connections of one worker; beyond, the oldest go");
  schema.text("admin.address", admin.address, "address of /metrics, /livez and /readyz");
  schema.integer("admin.port", admin.port, 0, 65'535, "port of /metrics, /livez and /readyz; 0: any free one");
}

void bind_tls(ConfigSchema& schema, TlsConfig& tls, HttpConfig& http) {
  schema.list("tls.certificates", tls.certificates,
              "folders with a certificate each: fullchain.pem, privkey.pem and, where there is one, ocsp.der, such as "
              "/etc/footfall/tls/go.example.com; the name that a client asks for chooses, the first is for all "
              "others; read at start and at SIGHUP; empty: no TLS");
  schema.integer("tls.port", tls.port, 0, 65'535, "port for HTTPS, at http.address; 0: any free one");
  schema.integer("tls.outside_port", tls.outside_port, 0, 65'535,
                 "port of HTTPS as visitors see it, to which http.redirect_to_https leads, where something in front "
                 "leads it to another one here; 0: the one that the edge listens on");
  schema.choice("tls.minimum", tls.minimum, {"1.2", "1.3"}, "the lowest version of TLS that is spoken");
  schema.integer("tls.handshakes_max", http.limits.handshakes_max, 1, 1'000'000,
                 "unfinished handshakes of one worker; beyond, the oldest are closed, first those of who has many");
  schema.integer("tls.handshakes_per_client_s", http.limits.handshakes_per_client_s, 0, 1'000'000,
                 "handshakes that one address (IPv6: one /64) may begin with one worker in a second; beyond, it is "
                 "closed. 0: no limit");
  schema.text("tls.acme_directory", tls.acme_directory,
              "folder whose files http.port serves below /.well-known/acme-challenge/, for certificates by ACME "
              "(certbot's webroot has it as {webroot}/.well-known/acme-challenge); made at the start; empty: none");
  schema.flag("http.redirect_to_https", http.redirect_to_https,
              "http.port only leads to HTTPS: GET and HEAD get 301, all else 403");
}

void bind_hosts(ConfigSchema& schema, HostsConfig& hosts) {
  schema.list("hosts.baclique", hosts.baclique, "host names that speak BaClique");
  schema.list("hosts.selgeo", hosts.selgeo, "host names that speak Selgeo");
  schema.list("hosts.affspace", hosts.affspace, "host names that speak AffSpace");
  schema.list("hosts.affily", hosts.affily, "host names that speak Affily");
  schema.list("hosts.short_links", hosts.short_links, "host names of short links");
  schema.list("hosts.others", hosts.others,
              "further host names, on which the credential tells the dialect; \"*\": any. Unknown names get 421");
}

void bind_pages(ConfigSchema& schema, std::string& directory) {
  schema.text(
      "pages.directory", directory,
      "own pages in place of ours where a link leads nowhere: {host}/{status}.html and "
      "{host}/{status}.{language}.html, such as go.example.com/404.de.html, and the same below default/ for all "
      "other hosts; read at start and at SIGHUP; empty: none");
}

void bind_core(ConfigSchema& schema, CoreConfig& core) {
  schema.text("core.url", core.url, "where core is: http://host:port");
  schema.integer("core.connections_max", core.connections_max, 1, 10'000, "connections to core of one worker");
  schema.integer("core.queue_max", core.queue_max, 0, 100'000, "calls of one worker that wait for one; beyond: 503");
  schema.integer("core.connect_ms", core.connect_ms, 10, 60'000, "for a connection to core");
  schema.integer("core.answer_ms", core.answer_ms, 10, kHourMs, "for core's answer; beyond: 504");
  schema.integer("core.answer_bytes_max", core.answer_bytes_max, 64 * 1024, kGibibyte, "body of core's answer");
}

void bind_log(ConfigSchema& schema, LogConfig& log, std::string& ack) {
  schema.choice("ack", ack, {"synced", "written", "redis"},
                "when a click is answered: synced to disk, only written (synced once a second), or kept by Redis");
  schema.text("log.directory", log.directory, "where clicks are kept until they are stored; of this edge alone");
  schema.integer("log.segment_bytes", log.segment_bytes, 2 * kMebibyte, 4 * kGibibyte,
                 "size of a segment, a multiple of 4096");
  schema.integer("log.total_bytes_max", log.total_bytes_max, 8 * kMebibyte, 1'024 * kGibibyte,
                 "size of all segments; when nothing in them is stored yet, clicks are refused");
  schema.integer("log.min_age_s", log.min_age_s, 0, 365 * 86'400, "a stored segment younger than this is not reused");
  schema.integer("log.max_age_s", log.max_age_s, 0, 365 * 86'400,
                 "a stored segment older than this is deleted; 0: never");
  schema.integer(
      "log.handover_batches", log.handover_batches, 4, 4'096,
      "batches of one worker that may wait for the log; beyond, redirects go on without a click id and POST gets "
      "503");
  schema.integer("log.own_write_us", log.own_write_us, 0, 1'000'000,
                 "0: the log's thread writes always, so that no stall of a disk holds a worker up; else a worker "
                 "writes to the log itself, and serves nothing meanwhile, as long as writes take less than this: "
                 "clicks cost less, and the first stall stops the worker that is in it");
  schema.integer("log.memory_bytes_max", log.memory_bytes_max, kMebibyte, 64 * kGibibyte,
                 "ack = redis: clicks in memory that are not stored yet");
  schema.integer("log.redis_ack_ms", log.redis_ack_ms, 10, 60'000,
                 "ack = redis: a click that Redis has not acknowledged by then is not taken");
}

void bind_background(ConfigSchema& schema, Config& config) {
  ShipperConfig& shipper = config.shipper;
  schema.integer("shipper.linger_us", shipper.linger_us, 0, 1'000'000, "how long a click waits for company");
  schema.integer("shipper.entry_clicks", shipper.entry_clicks, 1, 10'000, "clicks of one stream entry");
  schema.integer("shipper.entry_bytes", shipper.entry_bytes, 1'024, 512 * 1024, "bytes of one stream entry");
  schema.integer("shipper.backlog_entry_clicks", shipper.backlog_entry_clicks, 1, 10'000,
                 "clicks of one stream entry while there is a backlog");
  schema.integer("shipper.pipeline_bytes", shipper.pipeline_bytes, 1'024, 64 * kMebibyte, "entries sent in one write");
  schema.integer("shipper.unstored_bytes_max", shipper.unstored_bytes_max, 64 * 1024, 64 * kGibibyte,
                 "clicks of this edge in Redis that are not stored yet; the rest waits in the log");
  schema.integer("shipper.wait_replicas", shipper.wait_replicas, 0, 16, "ack = redis: replicas that must have a click");
  schema.integer("shipper.wait_ms", shipper.wait_ms, 1, 10'000, "ack = redis: how long to wait for them");
  DirectoryConfig& directory = config.directory;
  schema.text("directory.snapshot", directory.snapshot,
              "file from which the directory is served at start; empty: none");
  schema.integer("directory.snapshot_interval_s", directory.snapshot_interval_s, 1, 86'400, "seconds between savings");
  schema.integer("directory.wait_ms", directory.wait_ms, 0, 60'000,
                 "how long a start waits to be up to date before it takes requests; not at all without Redis and core");
  schema.integer("directory.poll_ms", directory.poll_ms, 10, 60'000, "how often core is asked while Redis is away");
  schema.text("countries.database", config.countries.database,
              "MaxMind database that tells a visitor's country (GeoLite2-Country.mmdb or one like it), read again when "
              "it changes; empty: none, every country is unknown");
  LimitsConfig& limits = config.limits;
  schema.integer("limits.keys_max", limits.keys_max, 64, 16'777'216,
                 "public keys whose requests are counted; 68 bytes each");
  schema.integer(
      "limits.addresses_max", limits.addresses_max, 64, 16'777'216,
      "addresses whose requests without a known key are counted, and as many whose clicks are; 16 bytes each");
  schema.integer("limits.unknown_keys_per_minute", limits.unknown_keys_per_minute, 0, 4'000'000,
                 "requests without a known key from one address in a minute; beyond: 429. 0: no limit");
  schema.integer("limits.clicks_per_address_per_minute", limits.clicks_per_address_per_minute, 0, 4'000'000,
                 "clicks of one address (IPv6: its /64) in a minute at this edge; more are answered and kept alike, "
                 "and do not count (verdict limit). Addresses in trusted_proxies have no limit. 0: none has");
  schema.integer("drain.requests_ms", config.drain.requests_ms, 0, 600'000, "how long SIGTERM waits for open requests");
  schema.integer("drain.ship_ms", config.drain.ship_ms, 0, 600'000,
                 "and then for the log to be shipped; what is left goes out at the next start");
}

}  // namespace

LogLevel Config::level() const {
  if (log_level == "debug") return LogLevel::debug;
  if (log_level == "warn") return LogLevel::warn;
  return log_level == "error" ? LogLevel::error : LogLevel::info;
}

wire::HostMap Config::host_map() const {
  wire::HostMap map;
  const auto add = [&map](const std::vector<std::string>& names, wire::Dialect dialect) {
    for (const auto& host : names) map.dialects.emplace(to_lower_ascii(host), dialect);
  };
  add(hosts.baclique, wire::Dialect::baclique);
  add(hosts.selgeo, wire::Dialect::selgeo);
  add(hosts.affspace, wire::Dialect::affspace);
  add(hosts.affily, wire::Dialect::affily);
  for (const auto& host : hosts.short_links) map.short_link_hosts.push_back(to_lower_ascii(host));
  return map;
}

unsigned Config::worker_count() const {
  if (workers > 0) return static_cast<unsigned>(workers);
  return std::clamp(std::thread::hardware_concurrency(), 1u, static_cast<unsigned>(kWorkersMax));
}

std::uint32_t Config::edge_number() const {
  return number < 0 ? wire::edge_number_of(name) : static_cast<std::uint32_t>(number);
}

http::ClientOptions Config::core_options() const {
  const Endpoint endpoint = parse_endpoint(core.url).value_or(Endpoint{});
  http::ClientOptions options;
  options.host = endpoint.host;
  options.port = endpoint.port;
  options.connections_max = core.connections_max;
  options.queue_max = core.queue_max;
  options.connect_ms = core.connect_ms;
  options.answer_ms = core.answer_ms;
  options.body_bytes_max = core.answer_bytes_max;
  return options;
}

void bind(ConfigSchema& schema, Config& config) {
  bind_identity(schema, config);
  bind_http(schema, config.http, config.admin);
  bind_tls(schema, config.tls, config.http);
  bind_hosts(schema, config.hosts);
  bind_pages(schema, config.pages_directory);
  bind_core(schema, config.core);
  bind_log(schema, config.log, config.ack);
  bind_background(schema, config);
}

Result<Config> load_config(const std::string& path) {
  Config config;
  ConfigSchema schema{std::string(kEnvironmentPrefix)};
  bind(schema, config);
  if (auto loaded = schema.load(path); !loaded) return Failure(loaded.error());
  if (auto checked = check_config(config); !checked) return Failure(checked.error());
  return config;
}

std::string describe(Config config) {
  ConfigSchema schema{std::string(kEnvironmentPrefix)};
  bind(schema, config);
  return schema.describe();
}

}  // namespace footfall::edge
