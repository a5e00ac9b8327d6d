// The functions above Parts translate the configuration into each part's own options. Parts holds everything in the
// order in which it is made; listen() opens the ports at once, start_roles() starts what needs the database when it is
// there, and end() stops all of it in the order of program.h.
#include "core/program.h"

#include <atomic>

#include "core/actions/users.h"
#include "core/actions/webhook_secret.h"
#include "core/api/dispatcher.h"
#include "core/deliver/deliver.h"
#include "core/deliver/mailer.h"
#include "core/dependency_health.h"
#include "core/dialect_apis.h"
#include "core/http_handler.h"
#include "core/ingest/crawlers.h"
#include "core/ingest/ingest.h"
#include "core/internal_pages.h"
#include "core/link_readers.h"
#include "core/outgoing/host_lookups.h"
#include "core/payment_setup.h"
#include "core/publish/publisher.h"
#include "core/storage/connection_string.h"
#include "core/upkeep/upkeep.h"
#include "proto/base/lifecycle.h"
#include "proto/base/logging.h"
#include "proto/base/metrics.h"
#include "proto/http/admin.h"
#include "proto/http/server.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kPublishCommandMs = 2'000;  // a chunk of a snapshot is a megabyte
constexpr std::int64_t kLookupWaitUs = 3'000'000;  // of a call that names a receiver

// Somebody waits for the answer of a call or a page.
std::string postgres_of_calls(const Config& config) {
  return with_time_limits(config.postgres_url, {config.statement_timeout_ms, config.lock_timeout_ms});
}
std::string postgres_of_roles(const Config& config) {
  return with_time_limits(config.postgres_url, {config.background_statement_timeout_ms, 0});
}

IngestOptions ingest_options(const Config& config) {
  IngestOptions options;
  options.postgres_url = postgres_of_roles(config);
  options.redis_url = config.redis_url;
  options.threads = config.ingest.threads;
  options.poll_ms = config.ingest.poll_ms;
  options.clicks_per_transaction_max = config.ingest.clicks_per_transaction_max;
  options.bytes_per_read_max = config.ingest.bytes_per_read_max;
  options.resend_after_ms = config.ingest.resend_after_ms;
  options.clock_skew_max_ms = config.ingest.clock_skew_max_ms;
  options.retention_days = config.upkeep.click_retention_days;
  options.rules = rule_sources(config);
  options.failpoint = config.failpoint;
  return options;
}

PublisherOptions publisher_options(const Config& config, redis::Options redis) {
  redis.command_ms = kPublishCommandMs;
  PublisherOptions options;
  options.postgres_url = postgres_of_roles(config);
  options.redis = redis;
  options.poll_us = config.publish.poll_ms * 1'000;
  options.changes_per_transaction_max = config.publish.changes_per_transaction_max;
  options.snapshot_after_changes = static_cast<std::uint64_t>(config.publish.snapshot_after_changes);
  return options;
}

UpkeepOptions upkeep_options(const Config& config) {
  UpkeepOptions options;
  options.postgres_url = postgres_of_roles(config);
  options.interval_us = config.upkeep.interval_s * 1'000'000;
  options.click_retention_days = config.upkeep.click_retention_days;
  options.rollup_retention_days = config.upkeep.rollup_retention_days;
  options.directory_log_hours = config.upkeep.directory_log_hours;
  options.partitions_ahead_days = config.upkeep.partitions_ahead_days;
  options.edge_silence_hours = config.upkeep.edge_silence_hours;
  options.webhook_days = config.deliver.retention_days;
  return options;
}

// They were checked when the configuration was loaded.
std::optional<SecretsKeys> secrets_keys(const Config& config) {
  return parse_secrets_keys(config.secrets_key, config.secrets_key_accepted).value_or(std::nullopt);
}

RegistrationSettings registration_settings(const Config& config) {
  return {config.registration, config.mail.has_any(), config.link_host};
}

DeliverOptions deliver_options(const Config& config, std::shared_ptr<HostLookups> lookups) {
  DeliverOptions options;
  options.postgres_url = postgres_of_roles(config);
  options.secrets_keys = secrets_keys(config);
  options.per_endpoint_max = static_cast<int>(config.deliver.per_endpoint_max);
  options.per_account_max = static_cast<int>(config.deliver.per_account_max);
  options.backlog_max = config.deliver.backlog_max;
  options.poll_us = config.deliver.poll_ms * 1'000;
  options.poster.timeout_ms = config.deliver.timeout_ms;
  options.poster.at_once_max = static_cast<std::size_t>(config.deliver.attempts_at_once_max);
  options.poster.allow_private_receivers = config.deliver.allow_private_receivers;
  options.poster.ca_file = config.deliver.ca_file;
  options.poster.lookups = std::move(lookups);
  return options;
}

MailerOptions mailer_options(const Config& config) {
  const MailConfig& mail = config.mail;
  MailerOptions options;
  options.postgres_url = postgres_of_roles(config);
  options.site = *parse_site(config.site_url);
  options.from = *parse_mail_sender(mail.from);
  options.transport = {mail.smtp_url,    mail.user,       mail.password, mail.ca_file,
                       mail.require_tls, mail.timeout_ms, mail.directory};
  return options;
}

WorkerPoolOptions pool_options(const Config& config, const redis::Options& redis,
                               const std::shared_ptr<HostLookups>& lookups, std::shared_ptr<const CrawlerList> crawlers,
                               Site site, Metrics& metrics) {
  WorkerPoolOptions options;
  options.deposits = deposit_settings(config);
  options.payments = payment_providers(config, metrics);
  options.site = std::move(site);
  options.webhooks.secrets_keys = secrets_keys(config);
  options.webhooks.receivers.allow_private = config.deliver.allow_private_receivers;
  options.webhooks.receivers.look_up = [lookups](const std::string& host, std::uint64_t owner) {
    return lookups->wait_for(host, owner, kLookupWaitUs);
  };
  options.registration = registration_settings(config);
  options.workers = config.http.workers;
  options.queue_max = config.http.queue_max;
  options.postgres_url = postgres_of_calls(config);
  options.redis = redis;
  options.looks_at_links = [crawlers = std::move(crawlers)](std::string_view user_agent) {
    return looks_at_links(*crawlers, user_agent);
  };
  return options;
}

ClickWaiterOptions waiter_options(const Config& config, const redis::Options& redis) {
  ClickWaiterOptions options;
  options.postgres_url = postgres_of_calls(config);
  options.redis = redis;
  options.bound_ms = config.conversion_wait_ms;
  return options;
}

http::ServerOptions api_server_options(const Config& config) {
  http::ServerOptions options;
  options.address = config.http.address;
  options.port = static_cast<std::uint16_t>(config.http.port);
  options.share_port = false;  // one server on it: a port that is taken is an error, not a neighbour
  options.limits.body_bytes_max = config.http.body_bytes_max;
  options.limits.output_bytes_max = 4 * 1024 * 1024;  // a page of the directory is a megabyte
  options.name = "api";
  return options;
}

http::ServerOptions admin_server_options(const Config& config) {
  http::ServerOptions options;
  options.address = config.admin.address;
  options.port = static_cast<std::uint16_t>(config.admin.port);
  options.share_port = false;
  options.name = "admin";
  return options;
}

}  // namespace

// In the order in which they are made; destroyed in the other.
struct Program::Parts {
  Parts(const Config& config_of_program, const std::string& version_of_program, redis::Options redis_of_program,
        http::TrustedProxies trusted_of_program)
      : config(config_of_program),
        version(version_of_program),
        redis(std::move(redis_of_program)),
        trusted(std::move(trusted_of_program)) {}

  Result<void> listen();
  void start_roles();
  std::vector<std::string> reasons_against() const;
  void start();
  void end();

  const Config config;
  const std::string version;
  const redis::Options redis;
  const http::TrustedProxies trusted;
  const Clock& clock = system_clock();
  Metrics metrics;
  const wire::HostMap hosts = config.host_map();
  std::atomic<bool> draining{false};

  // Of deliver and of the API's calls that name a receiver.
  std::shared_ptr<HostLookups> lookups = std::make_shared<HostLookups>(HostLookupOptions{}, clock);
  std::unique_ptr<Ingest> ingest;
  std::unique_ptr<Publisher> publisher;
  std::unique_ptr<Deliver> deliver;
  std::unique_ptr<Mailer> mailer;
  std::unique_ptr<Upkeep> upkeep;
  DependencyHealth dependencies{config.postgres_url, redis, config.migrate, [this] { start_roles(); }, metrics};
  std::unique_ptr<WorkerPool> pool;
  std::unique_ptr<ClickWaiter> waiter;
  std::unique_ptr<DeliveryWaiter> delivery_waiter;
  std::unique_ptr<ApiDispatcher> dispatcher;
  std::unique_ptr<InternalPages> internal;
  std::unique_ptr<PageServer> pages;
  std::unique_ptr<CoreHandler> handler;
  std::unique_ptr<http::Admin> admin;
  std::unique_ptr<http::HttpServer> api_server, admin_server;
  Worker publisher_thread, deliver_thread, mailer_thread, upkeep_thread, health_thread, api_thread, admin_thread;
};

RuleSources rule_sources(const Config& config) {
  const IngestConfig& ingest = config.ingest;
  return {{ingest.crawler_list, ingest.crawlers_file},
          {ingest.networks, ingest.networks_file, ingest.addresses == "truncated"}};
}

Result<void> Program::Parts::listen() {
  admin = std::make_unique<http::Admin>(
      metrics, [this] { return reasons_against(); }, [this] { return dependencies.away(); });
  auto listening = http::HttpServer::listen(admin_server_options(config), *admin, clock, metrics);
  if (!listening) return Failure(listening.error());
  admin_server = std::move(*listening);
  if (config.has_role("api")) {
    password_of_nobody();  // else the first log-in of an unknown address would take longer than others
    internal = std::make_unique<InternalPages>(postgres_of_calls(config), trusted);
    auto crawlers = CrawlerList::load(rule_sources(config).crawlers);
    if (!crawlers) return Failure(crawlers.error());
    pool = std::make_unique<WorkerPool>(
        pool_options(config, redis, lookups, std::move(*crawlers), *parse_site(config.site_url), metrics), clock,
        metrics);
    waiter = std::make_unique<ClickWaiter>(waiter_options(config, redis), clock, metrics);
    delivery_waiter =
        std::make_unique<DeliveryWaiter>(DeliveryWaiterOptions{postgres_of_calls(config)}, clock, metrics);
    dispatcher = std::make_unique<ApiDispatcher>(DispatcherOptions{hosts, trusted}, all_dialect_apis(), *pool,
                                                 ApiDispatcher::Waiters{*waiter, *delivery_waiter}, clock, metrics);
    PageServerOptions page_options{postgres_of_calls(config), trusted, *parse_site(config.site_url)};
    page_options.registration = registration_settings(config);
    pages = std::make_unique<PageServer>(std::move(page_options), metrics);
    handler = std::make_unique<CoreHandler>(*dispatcher, *internal, *pages);
    auto api = http::HttpServer::listen(api_server_options(config), *handler, clock, metrics);
    if (!api) return Failure(api.error());
    api_server = std::move(*api);
  }
  metrics.gauge("footfall_core_build_info", "1, with the version as a label.", {{"version", version}}).set(1);
  return {};
}

// Once, on the health thread, when the database can be worked with.
void Program::Parts::start_roles() {
  if (config.has_role("ingest")) {
    auto started = Ingest::start(ingest_options(config), clock, metrics);
    FOOTFALL_CHECK(started.has_value());  // its options were checked in build()
    ingest = std::move(*started);
  }
  if (config.has_role("publish")) {
    publisher = std::make_unique<Publisher>(publisher_options(config, redis), clock, metrics);
    publisher_thread = Worker("publish", [this](std::stop_token stop) { publisher->run(stop); });
  }
  if (config.has_role("deliver")) {
    deliver = std::make_unique<Deliver>(deliver_options(config, lookups), clock, metrics);
    deliver_thread = Worker("deliver", [this](std::stop_token stop) { deliver->run(stop); });
  }
  if (config.has_role("deliver") && config.mail.has_any()) {
    mailer = std::make_unique<Mailer>(mailer_options(config), clock, metrics);
    mailer_thread = Worker("mail", [this](std::stop_token stop) { mailer->run(stop); });
  }
  if (config.has_role("upkeep")) {
    upkeep = std::make_unique<Upkeep>(upkeep_options(config), clock, metrics);
    upkeep_thread = Worker("upkeep", [this](std::stop_token stop) { upkeep->run(stop); });
  }
  log_info("core.roles.started");
}

std::vector<std::string> Program::Parts::reasons_against() const {
  auto reasons = dependencies.reasons_against();
  if (draining) reasons.emplace_back("draining");
  return reasons;
}

void Program::Parts::start() {
  admin_thread = Worker("admin", [this](std::stop_token) { admin_server->run(); });
  if (api_server) api_thread = Worker("api", [this](std::stop_token) { api_server->run(); });
  health_thread = Worker("health", [this](std::stop_token stop) { dependencies.run(stop); });
  std::string roles;
  for (const auto& role : config.roles) roles += (roles.empty() ? "" : ",") + role;
  log_info("core.started", {{"version", version},
                            {"roles", roles},
                            {"address", config.http.address},
                            {"port", api_server ? int{api_server->port()} : 0},
                            {"admin_port", int{admin_server->port()}}});
}

void Program::Parts::end() {
  draining = true;
  if (api_server) {
    api_server->drain(config.http.drain_ms);
    api_thread.join();
    pages.reset();
    // What still waits goes back to the pool as timed out, and so does what the pool's last calls wait for.
    waiter->stop();
    delivery_waiter->stop();
    pool->stop();
  }
  health_thread.request_stop();
  health_thread.join();  // from here on no role starts
  Worker* const roles[] = {&publisher_thread, &deliver_thread, &mailer_thread, &upkeep_thread};
  for (Worker* thread : roles) thread->request_stop();
  ingest.reset();
  for (Worker* thread : roles) thread->join();
  admin_server->stop();
  admin_thread.join();
  log_info("core.stopped");
}

Program::Program(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Program::~Program() = default;

Result<void> Program::check_files(const Config& config) { return Ingest::check(ingest_options(config)); }

Result<std::unique_ptr<Program>> Program::build(const Config& config, const std::string& version) {
  auto redis = redis::parse_url(config.redis_url);
  if (!redis) return Failure(redis.error());
  auto trusted = http::TrustedProxies::parse(config.trusted_proxies);
  if (!trusted) return Failure(trusted.error());
  if (auto checked = check_files(config); !checked) return Failure(checked.error());
  auto parts = std::make_unique<Parts>(config, version, *redis, std::move(*trusted));
  if (auto listening = parts->listen(); !listening) return Failure(listening.error());
  return std::unique_ptr<Program>(new Program(std::move(parts)));
}

void Program::run() {
  parts_->start();
  const int signal = wait_for_stop_signal();
  log_info("core.stopping", {{"signal", signal}});
  parts_->end();
}

}  // namespace footfall::core
