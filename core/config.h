// What an operator can set of core. Every field has its default here, its range and its sentence in config.cc; the file
// is TOML, the environment prefix FOOTFALL_CORE. Read once at start and never changed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proto/base/config.h"
#include "proto/base/result.h"
#include "proto/wire/dialect.h"

namespace footfall::core {

struct HttpConfig {
  std::string address = "127.0.0.1";
  std::int64_t port = 8081;
  std::int64_t workers = 32;     // handlers' threads, one PostgreSQL connection each
  std::int64_t queue_max = 256;  // requests that wait for a worker; beyond: 503
  std::int64_t body_bytes_max = 1024 * 1024;
  std::int64_t drain_ms = 10'000;  // at SIGTERM
};

struct AdminConfig {
  std::string address = "127.0.0.1";
  std::int64_t port = 9102;
};

struct HostsConfig {
  std::vector<std::string> baclique = {"baclique.localhost"};
  std::vector<std::string> selgeo = {"selgeo.localhost"};
  std::vector<std::string> affspace = {"affspace.localhost"};
  std::vector<std::string> affily = {"affily.localhost"};
  std::vector<std::string> short_links = {"c.localhost"};
};

struct IngestConfig {
  std::int64_t threads = 2;
  std::int64_t poll_ms = 20;
  std::int64_t clicks_per_transaction_max = 16'384;
  std::int64_t bytes_per_read_max = 16 * 1024 * 1024;
  std::int64_t resend_after_ms = 2'000;  // a head without entries for so long: ask the edge to ship again
  std::int64_t clock_skew_max_ms = 60'000;
  std::string crawler_list;           // in place of the built-in public list; empty: that one
  std::string crawlers_file;          // more patterns, one RE2 expression a line
  std::vector<std::string> networks;  // CIDR; clicks from there are judged `network`
  std::string networks_file;          // more of them, one a line
  std::string addresses = "truncated";
};

struct PublishConfig {
  std::int64_t poll_ms = 50;
  std::int64_t changes_per_transaction_max = 2'000;
  std::int64_t snapshot_after_changes = 50'000;
};

struct UpkeepConfig {
  std::int64_t interval_s = 30;
  std::int64_t click_retention_days = 400;
  std::int64_t rollup_retention_days = 1'100;
  std::int64_t directory_log_hours = 48;
  std::int64_t partitions_ahead_days = 3;
  std::int64_t edge_silence_hours = 24;  // then nobody waits for its clicks any more
};

struct DeliverConfig {
  std::int64_t attempts_at_once_max = 128;
  std::int64_t per_endpoint_max = 4, per_account_max = 32;
  std::int64_t backlog_max = 100'000;  // for one endpoint; beyond, it is disabled
  std::int64_t timeout_ms = 15'000;
  std::int64_t poll_ms = 500;
  std::int64_t retention_days = 30;
  std::string ca_file;
  bool allow_private_receivers = false;  // for development and tests
};

struct MailConfig {
  std::string smtp_url;   // smtp://host:port or smtps://host:port
  std::string directory;  // instead of a server; both empty: no mails
  std::string from = "no-reply@localhost";
  std::string user, password_file;
  std::string password;  // read from the file
  std::string ca_file;
  bool require_tls = true;
  std::int64_t timeout_ms = 30'000;
  bool has_any() const { return !smtp_url.empty() || !directory.empty(); }
};

struct DepositsConfig {
  bool sandbox = false;
  std::vector<std::string> return_hosts;
  std::string transfer_details;
  std::string issuer;
};

struct PaymentsConfig {
  std::string stripe_secret_key;
  std::string stripe_webhook_secret;
  std::string stripe_url = "https://api.stripe.com";
  std::string sunrise_pay_secret_key;
  std::string sunrise_pay_callback_secret;
  std::string sunrise_pay_url;
  std::int64_t timeout_ms = 10'000;
  std::string ca_file;
};

struct Config {
  std::string postgres_url = "postgresql:///footfall";
  std::int64_t statement_timeout_ms = 20'000, lock_timeout_ms = 10'000, background_statement_timeout_ms = 600'000;
  std::string redis_url = "redis://127.0.0.1:6379";
  std::vector<std::string> roles = {"api", "ingest", "publish", "deliver", "upkeep"};
  bool migrate = true;
  bool registration = false;  // anybody may become a merchant
  std::string log_level = "info";
  HttpConfig http;
  AdminConfig admin;
  HostsConfig hosts;
  std::string link_host = "c.localhost";                    // of a new account
  std::string site_url = "http://baclique.localhost:8080";  // where people reach the pages; links likewise
  std::vector<std::string> trusted_proxies = {"127.0.0.0/8", "::1"};
  std::int64_t conversion_wait_ms = 2'000;
  IngestConfig ingest;
  PublishConfig publish;
  DeliverConfig deliver;
  UpkeepConfig upkeep;
  DepositsConfig deposits;
  MailConfig mail;
  PaymentsConfig payments;
  std::string secrets_key, secrets_key_accepted;  // 64 hexadecimal digits; empty: no secret can be kept
  std::string failpoint;                          // for crash tests: the process aborts when it comes there
  bool has_role(std::string_view role) const;
  wire::HostMap host_map() const;
};

// Binds every field; `config` outlives the schema.
void bind(ConfigSchema& schema, Config& config);
// Reads `path` (empty: none) and the environment, and checks it.
Result<Config> load_config(const std::string& path);
// What no single range can say.
Result<void> check_config(const Config& config);
// Host names in the form in which requests name them; refuses what cannot be one, and a name with two meanings.
Result<void> normalise_hosts(Config& config);
// Addresses, networks and connection strings that could never work, and payment providers that are set up by half.
Result<void> check_addresses(const Config& config);
// Sender and server of mails; reads the password.
Result<void> check_mail(MailConfig& mail);
// Every key as a commented TOML file, with the values of `config`.
std::string describe(Config config);

}  // namespace footfall::core
