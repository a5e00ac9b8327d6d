// Parts holds everything in the order in which it is made; members are destroyed in the other order. build() takes the
// ports, opens the log and makes the workers; start() begins the threads, lets the directory catch up and then serves;
// end() stops them in the order in which clicks flow.
#include "edge/program.h"

#include <atomic>
#include <cstdlib>
#include <vector>

#include "edge/certificate_files.h"
#include "edge/dependency_health.h"
#include "edge/directory/follower.h"
#include "edge/directory/store.h"
#include "edge/limits/limit_sync.h"
#include "edge/log/log_options.h"
#include "edge/request_worker.h"
#include "edge/shipper/shipper.h"
#include "edge/shipper/tick_listener.h"
#include "edge/start_files.h"
#include "proto/base/hangup.h"
#include "proto/base/lifecycle.h"
#include "proto/http/admin.h"

namespace footfall::edge {
namespace {

Ack ack_of(const Config& config) {
  if (config.ack == "redis") return Ack::redis;
  return config.ack == "written" ? Ack::written : Ack::synced;
}

LogOptions log_options(const Config& config) {
  LogOptions options;
  options.directory = config.log.directory;
  options.ack = ack_of(config);
  options.workers = config.worker_count();
  options.segment_bytes = static_cast<std::uint64_t>(config.log.segment_bytes);
  options.total_bytes_max = static_cast<std::uint64_t>(config.log.total_bytes_max);
  options.min_age_s = config.log.min_age_s;
  options.max_age_s = config.log.max_age_s;
  options.handover_batches = static_cast<std::uint64_t>(config.log.handover_batches);
  options.own_write_us = config.log.own_write_us;
  options.memory_bytes_max = static_cast<std::uint64_t>(config.log.memory_bytes_max);
  options.redis_ack_ms = config.log.redis_ack_ms;
  return options;
}

ShipperOptions shipper_options(const Config& config) {
  const ShipperConfig& shipper = config.shipper;
  ShipperOptions options;
  options.edge_name = config.name;
  options.edge_number = config.edge_number();
  options.acknowledge = ack_of(config) == Ack::redis;
  options.wait_replicas = shipper.wait_replicas;
  options.wait_ms = shipper.wait_ms;
  options.linger_us = options.acknowledge ? 0 : shipper.linger_us;
  options.entry_clicks = static_cast<std::uint64_t>(shipper.entry_clicks);
  options.entry_bytes = static_cast<std::uint64_t>(shipper.entry_bytes);
  options.backlog_entry_clicks = static_cast<std::uint64_t>(shipper.backlog_entry_clicks);
  options.pipeline_bytes = static_cast<std::uint64_t>(shipper.pipeline_bytes);
  options.unstored_bytes_max = static_cast<std::uint64_t>(shipper.unstored_bytes_max);
  return options;
}

FollowerOptions follower_options(const Config& config) {
  const http::ClientOptions core = config.core_options();
  FollowerOptions options;
  options.snapshot_path = config.directory.snapshot;
  options.snapshot_interval_s = config.directory.snapshot_interval_s;
  options.core_host = core.host;
  options.core_port = core.port;
  options.poll_ms = config.directory.poll_ms;
  return options;
}

}  // namespace

// In the order in which they are made; destroyed in the other.
struct Program::Parts {
  Parts(const Config& config_of_program, const std::string& version_of_program, const ListeningSockets& inherited,
        redis::Options redis_options, http::TrustedProxies trusted)
      : config(config_of_program),
        version(version_of_program),
        sockets(inherited),
        hosts(config.host_map()),
        proxies(std::move(trusted)),
        shipper_redis(redis::make_client(redis_options)),
        follower_redis(redis::make_client(redis_options)),
        limit_redis(redis::make_client(redis_options)),
        health_redis(redis::make_client(redis_options)),
        tick_redis(redis::make_client(redis_options)) {}

  Result<void> load_pages();
  Result<void> claim_port(std::int64_t port, int inherited);
  void follow_hangups(const std::stop_token& stop);
  Result<void> claim_ports();
  Result<void> open();
  Result<void> listen();
  std::vector<std::string> not_ready_reasons() const;
  std::vector<std::string> unreachable_dependencies() const;
  void start();
  void wait_for_directory(std::int64_t since_us) const;
  void end();

  const Config config;
  const std::string version;
  const ListeningSockets sockets;
  const Clock& clock = system_clock();
  Metrics metrics;
  const wire::HostMap hosts;
  const http::TrustedProxies proxies;
  PageStore pages;
  CertificateFiles certificates{config.tls, clock, metrics};
  const ClickProbe click_probe{metrics};
  const ProxyProbe proxy_probe{metrics};
  KeyLimits key_limits{static_cast<std::size_t>(config.limits.keys_max), metrics};
  AddressLimits address_limits{static_cast<std::size_t>(config.limits.addresses_max),
                               static_cast<std::uint32_t>(config.limits.unknown_keys_per_minute)};
  ClickRate click_rate{static_cast<std::size_t>(config.limits.addresses_max),
                       static_cast<std::uint32_t>(config.limits.clicks_per_address_per_minute), clock, proxies};
  std::unique_ptr<redis::Redis> shipper_redis, follower_redis, limit_redis, health_redis, tick_redis;
  DirectoryStore directory{config.worker_count()};
  DirectoryFollower follower{follower_options(config), directory, *follower_redis, clock, metrics};
  Countries countries{config.countries.database, clock, metrics};
  LimitSync limit_sync{key_limits, *limit_redis, clock, metrics};
  DependencyHealth health{*health_redis, config.core_options(), clock, metrics};
  std::atomic<bool> serving{false};
  std::atomic<bool> draining{false};

  std::vector<std::unique_ptr<RequestWorker>> workers;  // before the log: its thread calls them until it is closed
  std::unique_ptr<DurableLog> log;
  std::unique_ptr<Shipper> shipper;
  TickListener tick_listener{*tick_redis, [this] { shipper->beat_soon(); }};
  std::unique_ptr<WorkerContext> worker_context;
  std::unique_ptr<http::Admin> admin;
  std::unique_ptr<http::HttpServer> admin_server;
  Worker follower_thread, shipper_thread, tick_thread, limit_thread, health_thread, admin_thread, hangup_thread;
};

Result<void> Program::Parts::open() {
  if (ack_of(config) == Ack::redis) {
    const auto keeps = check_redis_durability(*shipper_redis);
    if (!keeps && keeps.error().kind == ErrorKind::invalid) return keeps;
  }
  auto opened = open_log(log_options(config), clock, metrics, [this](unsigned worker, std::uint64_t ticket, bool safe) {
    workers[worker]->decided(ticket, safe);
  });
  if (!opened) return Failure(opened.error());
  log = std::move(*opened);
  shipper = std::make_unique<Shipper>(shipper_options(config), log->reader(), *shipper_redis, clock, metrics);
  return {};
}

Result<void> Program::Parts::load_pages() {
  auto loaded = pages.load(config.pages_directory, clock.steady_us());
  if (!loaded) return invalid("pages.directory: " + loaded.error().message);
  return {};
}

// SIGHUP reads the operator's pages and certificates anew. What cannot be used is reported, and stays as it was.
void Program::Parts::follow_hangups(const std::stop_token& stop) {
  while (wait_for_hangup(stop)) {
    auto loaded = load_pages();
    if (loaded) {
      log_info("edge.pages.loaded", {{"directory", config.pages_directory}});
    } else {
      log_warn("edge.pages.refused", {{"reason", loaded.error().message}});
    }
    certificates.reload();
  }
}

// Before the log is opened: a start that comes to nothing leaves no incarnation behind. Workers share the public port
// among themselves, and so would silently share a stranger's; taking it alone once makes a port that is taken an error.
Result<void> Program::Parts::claim_ports() {
  admin = std::make_unique<http::Admin>(
      metrics, [this] { return not_ready_reasons(); }, [this] { return unreachable_dependencies(); });
  http::ServerOptions options;
  options.address = config.admin.address;
  options.port = static_cast<std::uint16_t>(config.admin.port);
  options.share_port = false;
  options.name = "admin";
  auto listening = http::HttpServer::listen(options, *admin, clock, metrics);
  if (!listening) return Failure(listening.error());
  admin_server = std::move(*listening);
  if (auto claimed = claim_port(config.http.port, sockets.plain); !claimed || !config.tls.is_on()) return claimed;
  return claim_port(config.tls.port, sockets.tls);
}

Result<void> Program::Parts::claim_port(std::int64_t port, int inherited) {
  if (config.http.share_port || inherited >= 0) return {};
  http::ServerOptions options;
  options.address = config.http.address;
  options.port = static_cast<std::uint16_t>(port);
  options.share_port = false;
  options.name = "public";
  const auto alone = http::HttpServer::listen(options, *admin, clock, metrics);
  if (!alone) return Failure(alone.error());
  return {};
}

Result<void> Program::Parts::listen() {
  worker_context = std::make_unique<WorkerContext>(
      WorkerContext{config, clock, metrics, hosts, proxies, click_probe, proxy_probe, directory, countries, *log,
                    key_limits, address_limits, click_rate, pages, certificates.store(), sockets.plain, sockets.tls});
  auto port = static_cast<std::uint16_t>(config.http.port);
  auto tls_port = static_cast<std::uint16_t>(config.tls.port);
  for (unsigned number = 0; number < config.worker_count(); ++number) {
    workers.push_back(std::make_unique<RequestWorker>(*worker_context, number));
    if (auto listening = workers.back()->listen(port, tls_port); !listening) return listening;
    port = workers.back()->port();  // with port 0 the first one chooses for all
    tls_port = workers.back()->tls_port();
  }
  metrics.gauge_function("footfall_edge_clicks_in_flight", "Clicks handed to the log that are not decided yet", [this] {
    std::uint64_t clicks = 0;
    for (const auto& worker : workers) clicks += worker->in_flight();
    return static_cast<double>(clicks);
  });
  metrics.gauge("footfall_edge_build_info", "1, with the version as a label", {{"version", version}}).set(1);
  return {};
}

std::vector<std::string> Program::Parts::not_ready_reasons() const {
  std::vector<std::string> reasons;
  if (!serving.load()) reasons.emplace_back("starting");
  if (draining.load()) reasons.emplace_back("draining");
  if (!log->accepts()) reasons.emplace_back("log");
  if (!directory.loaded()) reasons.emplace_back("directory");
  if (std::abs(health.clock_difference_us()) > kClockDifferenceMaxUs) reasons.emplace_back("clock");
  return reasons;
}

std::vector<std::string> Program::Parts::unreachable_dependencies() const {
  std::vector<std::string> names;
  if (!health.redis_is_up()) names.emplace_back("redis");
  if (!health.core_is_up()) names.emplace_back("core");
  return names;
}

void Program::Parts::start() {
  follower.load_snapshot();
  const std::int64_t started_us = clock.steady_us();
  follower_thread = Worker("ff-directory", [this](std::stop_token stop) { follower.run(stop); });
  shipper_thread = Worker("ff-shipper", [this](std::stop_token stop) { shipper->run(stop); });
  tick_thread = Worker("ff-ticks", [this](std::stop_token stop) { tick_listener.run(stop); });
  limit_thread = Worker("ff-limits", [this](std::stop_token stop) { limit_sync.run(stop); });
  health_thread = Worker("ff-health", [this](std::stop_token stop) { health.run(stop); });
  admin_thread = Worker("ff-admin", [this](std::stop_token) { admin_server->run(); });
  hangup_thread = Worker("ff-hangup", [this](const std::stop_token& stop) { follow_hangups(stop); });
  countries.start();
  wait_for_directory(started_us);
  for (auto& worker : workers) worker->start();
  serving.store(true);
  log_info("edge.started", {{"version", version},
                            {"name", config.name},
                            {"number", config.edge_number()},
                            {"address", config.http.address},
                            {"port", int{workers.front()->port()}},
                            {"tls_port", int{workers.front()->tls_port()}},
                            {"inherited", sockets.plain >= 0},
                            {"admin_port", int{admin_server->port()}},
                            {"workers", config.worker_count()},
                            {"ack", config.ack},
                            {"log", config.log.directory}});
}

// The snapshot may be a minute old, and what it does not know would be refused as unknown. So a start catches up first,
// while connections wait in the kernel, unless there is nobody to ask: then what is known is all there is (promise 3).
void Program::Parts::wait_for_directory(std::int64_t since_us) const {
  constexpr std::int64_t kPauseUs = 2'000;
  const std::int64_t deadline_us = since_us + config.directory.wait_ms * 1'000;
  while (!health.both_are_down()) {
    const std::int64_t now_us = clock.steady_us();
    const bool is_fresh = now_us - static_cast<std::int64_t>(follower.staleness_s() * 1e6) > since_us;
    if (is_fresh && directory.loaded()) return;
    if (now_us >= deadline_us) break;
    clock.sleep_us(kPauseUs);
  }
  log_warn("edge.directory.stale", {{"loaded", directory.loaded()}, {"version", follower.version()}});
}

void Program::Parts::end() {
  draining.store(true);
  tick_thread.request_stop();
  for (auto& worker : workers) worker->drain(config.drain.requests_ms);
  for (auto& worker : workers) worker->join();
  log->close();
  tick_thread.join();
  shipper_thread.request_stop();
  log->reader().interrupt();
  shipper_thread.join();
  const bool shipped = shipper->flush(clock.steady_us() + config.drain.ship_ms * 1'000);
  for (Worker* thread : {&follower_thread, &limit_thread, &health_thread, &hangup_thread}) thread->request_stop();
  for (Worker* thread : {&follower_thread, &limit_thread, &health_thread, &hangup_thread}) thread->join();
  admin_server->stop();
  admin_thread.join();
  log_info("edge.stopped", {{"shipped", shipped}});
}

Program::Program(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Program::~Program() = default;

Result<std::unique_ptr<Program>> Program::build(const Config& config, const std::string& version,
                                                const ListeningSockets& sockets) {
  auto redis_options = redis::parse_url(config.redis_url);
  if (!redis_options) return Failure(redis_options.error());
  auto proxies = http::TrustedProxies::parse(config.trusted_proxies);
  if (!proxies) return Failure(proxies.error());
  auto parts = std::make_unique<Parts>(config, version, sockets, *redis_options, std::move(*proxies));
  if (auto loaded = parts->load_pages(); !loaded) return Failure(loaded.error());
  if (auto made = make_folders(config); !made) return Failure(made.error());
  if (auto loaded = parts->certificates.load(); !loaded) return Failure(loaded.error());
  if (auto claimed = parts->claim_ports(); !claimed) return Failure(claimed.error());
  if (auto opened = parts->open(); !opened) return Failure(opened.error());
  if (auto listening = parts->listen(); !listening) return Failure(listening.error());
  return std::unique_ptr<Program>(new Program(std::move(parts)));
}

void Program::run() {
  parts_->start();
  const int signal = wait_for_stop_signal();
  log_info("edge.stopping", {{"signal", signal}});
  parts_->end();
}

}  // namespace footfall::edge
