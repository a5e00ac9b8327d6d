// Every key is bound once, with its range and its sentence; the sentences are what --print-config shows. check_config()
// adds what no single key can say.
#include "core/config.h"

#include <algorithm>
#include <array>

#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

constexpr const char* kEnvironmentPrefix = "FOOTFALL_CORE";
constexpr std::array<std::string_view, 5> kRoles = {"api", "ingest", "publish", "deliver", "upkeep"};

void bind_serving(ConfigSchema& schema, Config& config) {
  auto& http = config.http;
  schema.text("http.address", http.address, "address on which edges reach core");
  schema.integer("http.port", http.port, 0, 65'535, "port on which edges reach core; 0: any free one");
  schema.integer("http.workers", http.workers, 1, 256, "threads for calls, each with a PostgreSQL connection");
  schema.integer("http.queue_max", http.queue_max, 1, 100'000, "calls that may wait for a worker; beyond: 503");
  schema.integer("http.body_bytes_max", http.body_bytes_max, 1'024, 64 * 1024 * 1024, "longest body of a call");
  schema.integer("http.drain_ms", http.drain_ms, 0, 600'000, "how long SIGTERM waits for open calls");
  schema.text("admin.address", config.admin.address, "address of /metrics, /livez and /readyz");
  schema.integer("admin.port", config.admin.port, 0, 65'535, "port of /metrics, /livez and /readyz; 0: any free one");
  schema.list("hosts.baclique", config.hosts.baclique, "host names that speak BaClique");
  schema.list("hosts.selgeo", config.hosts.selgeo, "host names that speak Selgeo");
  schema.list("hosts.affspace", config.hosts.affspace, "host names that speak AffSpace");
  schema.list("hosts.affily", config.hosts.affily, "host names that speak Affily");
  schema.list("hosts.short_links", config.hosts.short_links, "host names of short links");
  schema.text("link_host", config.link_host, "short-link host of a new account");
  schema.text("site_url", config.site_url,
              "where people reach the edges: scheme and port of short links, and host of the pages for affiliates");
  schema.list("trusted_proxies", config.trusted_proxies,
              "addresses whose X-Forwarded-For is believed, and who may read the directory over HTTP");
  schema.integer("conversion_wait_ms", config.conversion_wait_ms, 0, 30'000,
                 "how long a conversion waits for its click before 503");
}

void bind_ingest(ConfigSchema& schema, IngestConfig& ingest) {
  schema.integer("ingest.threads", ingest.threads, 1, 64, "threads, each with a PostgreSQL and a Redis connection");
  schema.integer("ingest.poll_ms", ingest.poll_ms, 1, 1'000,
                 "pause after a commit, in which small entries are gathered; up to 250 while commits are slow");
  schema.integer("ingest.clicks_per_transaction_max", ingest.clicks_per_transaction_max, 1, 1'000'000,
                 "clicks that one transaction stores at most, beside the rest of an entry");
  schema.integer("ingest.bytes_per_read_max", ingest.bytes_per_read_max, 1024 * 1024, 256 * 1024 * 1024,
                 "about how much one read takes from Redis");
  schema.integer("ingest.resend_after_ms", ingest.resend_after_ms, 100, 600'000,
                 "an edge that has shipped nothing for so long, though it has clicks, is asked to ship again");
  schema.integer("ingest.clock_skew_max_ms", ingest.clock_skew_max_ms, 1'000, 3'600'000,
                 "an edge whose clock differs by more is reported");
  schema.text("ingest.crawler_list", ingest.crawler_list,
              "a list of crawlers in place of the built-in one: one RE2 expression a line, against whole user agents, "
              "as core/ingest/update_crawler_list makes it of the npm package crawler-user-agents; empty: built-in");
  schema.text("ingest.crawlers_file", ingest.crawlers_file,
              "more user agents of programs, beside the list, in the format of core/ingest/crawlers.txt: one RE2 "
              "expression a line, against product names and comments");
  schema.list("ingest.networks", ingest.networks, "networks (CIDR) whose clicks never count, such as data centres");
  schema.text("ingest.networks_file", ingest.networks_file, "a file with more of them, one a line; # begins a comment");
  schema.choice("ingest.addresses", ingest.addresses, {"truncated", "full"},
                "what edges store of addresses (their privacy.address); truncated: a network narrower than /24 (IPv6: "
                "/48) is refused, for it could not be told");
}

void bind_background(ConfigSchema& schema, Config& config) {
  auto& publish = config.publish;
  schema.integer("publish.poll_ms", publish.poll_ms, 5, 1'000,
                 "pause after changes were published, in which others gather");
  schema.integer("publish.changes_per_transaction_max", publish.changes_per_transaction_max, 1, 100'000,
                 "changes that one transaction publishes");
  schema.integer("publish.snapshot_after_changes", publish.snapshot_after_changes, 1, 10'000'000,
                 "a new snapshot is written after so many changes");
  auto& upkeep = config.upkeep;
  schema.integer("upkeep.interval_s", upkeep.interval_s, 1, 3'600, "pause between rounds");
  schema.integer("upkeep.click_retention_days", upkeep.click_retention_days, 2, 36'500, "how long clicks are kept");
  schema.integer("upkeep.rollup_retention_days", upkeep.rollup_retention_days, 2, 36'500,
                 "how long daily statistics are kept");
  schema.integer("upkeep.directory_log_hours", upkeep.directory_log_hours, 1, 8'760,
                 "how long published directory changes are kept for edges that fell behind");
  schema.integer("upkeep.partitions_ahead_days", upkeep.partitions_ahead_days, 1, 60,
                 "partitions are made so many days before their first click");
  schema.integer("upkeep.edge_silence_hours", upkeep.edge_silence_hours, 1, 8'760,
                 "an edge that is silent for so long is retired: nobody waits for its clicks any more");
}

void bind_deliver(ConfigSchema& schema, DeliverConfig& deliver) {
  schema.integer("deliver.attempts_at_once_max", deliver.attempts_at_once_max, 1, 10'000,
                 "webhooks that this process sends at once");
  schema.integer("deliver.per_endpoint_max", deliver.per_endpoint_max, 1, 1'000, "of these to one endpoint");
  schema.integer("deliver.per_account_max", deliver.per_account_max, 1, 10'000,
                 "of these to all endpoints of an account");
  schema.integer("deliver.backlog_max", deliver.backlog_max, 100, 100'000'000,
                 "an endpoint for which more webhooks wait is disabled");
  schema.integer("deliver.timeout_ms", deliver.timeout_ms, 100, 60'000, "how long a receiver may take to answer");
  schema.integer("deliver.poll_ms", deliver.poll_ms, 10, 10'000, "pause between looks for events");
  schema.integer("deliver.retention_days", deliver.retention_days, 7, 3'650,
                 "how long webhooks are kept with their bodies and attempts");
  schema.text("deliver.ca_file", deliver.ca_file,
              "certificates (PEM) that receivers are checked against; empty: the system's");
  schema.flag("deliver.allow_private_receivers", deliver.allow_private_receivers,
              "for development: webhooks may go to private addresses, and in live mode to http:// URLs");
}

void bind_mail(ConfigSchema& schema, MailConfig& mail) {
  schema.text("mail.smtp_url", mail.smtp_url,
              "server that takes our mails: smtp://host:port or smtps://host:port; empty, and no mail.directory: "
              "nothing is sent, and pages do not offer what needs a mail. All processes need these keys alike");
  schema.text("mail.directory", mail.directory, "for development: instead of being sent, each mail is a file there");
  schema.text("mail.from", mail.from, "sender of mails: address@example.com or Name <address@example.com>");
  schema.text("mail.user", mail.user, "name at the mail server; empty: without log-in");
  schema.text("mail.password_file", mail.password_file, "file whose first line is the password at the mail server");
  schema.text("mail.ca_file", mail.ca_file,
              "certificates (PEM) that the mail server is checked against; empty: the system's");
  schema.flag("mail.require_tls", mail.require_tls, "smtp:// goes on under TLS (STARTTLS) or not at all");
  schema.integer("mail.timeout_ms", mail.timeout_ms, 1'000, 300'000, "how long the mail server may take for a mail");
}

void bind_deposits(ConfigSchema& schema, DepositsConfig& deposits, PaymentsConfig& payments) {
  schema.flag("deposits.sandbox", deposits.sandbox, "for development: the payment pages of deposits pay without money");
  schema.list("deposits.return_hosts", deposits.return_hosts,
              "host names to which a deposit's return_url may lead, beside the targets of the account's offers");
  schema.text("deposits.transfer_details", deposits.transfer_details,
              "payee and account number, for those who pay a deposit by transfer");
  schema.text("deposits.issuer", deposits.issuer,
              "name and address, in lines, of who issues proforma invoices; empty: they name no issuer");
  schema.secret("payments.stripe_secret_key", payments.stripe_secret_key,
                "Stripe's secret key (sk_…): deposits of the method stripe are paid on Stripe's page; empty: on ours");
  schema.secret("payments.stripe_webhook_secret", payments.stripe_webhook_secret,
                "the signing secret (whsec_…) of the webhook that Stripe sends to /hooks/stripe");
  schema.text("payments.stripe_url", payments.stripe_url, "where Stripe's API is");
  schema.secret("payments.sunrise_pay_secret_key", payments.sunrise_pay_secret_key,
                "the key of Sunrise Pay: deposits of the method sunrise_pay are paid on its page; empty: on ours");
  schema.secret("payments.sunrise_pay_callback_secret", payments.sunrise_pay_callback_secret,
                "signs the calls that Sunrise Pay makes to /hooks/sunrise_pay");
  schema.text("payments.sunrise_pay_url", payments.sunrise_pay_url, "where Sunrise Pay's API is");
  schema.integer("payments.timeout_ms", payments.timeout_ms, 100, 20'000,
                 "how long a provider may take to make a page; then the merchant gets 503");
  schema.text("payments.ca_file", payments.ca_file,
              "certificates (PEM) that providers are checked against; empty: the system's");
}

}  // namespace

bool Config::has_role(std::string_view role) const {
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

wire::HostMap Config::host_map() const {
  wire::HostMap map;
  const auto add = [&map](const std::vector<std::string>& names, wire::Dialect dialect) {
    for (const auto& name : names) map.dialects.emplace(to_lower_ascii(name), dialect);
  };
  add(hosts.baclique, wire::Dialect::baclique);
  add(hosts.selgeo, wire::Dialect::selgeo);
  add(hosts.affspace, wire::Dialect::affspace);
  add(hosts.affily, wire::Dialect::affily);
  for (const auto& name : hosts.short_links) map.short_link_hosts.push_back(to_lower_ascii(name));
  return map;
}

void bind(ConfigSchema& schema, Config& config) {
  schema.secret("postgres.url", config.postgres_url, "libpq connection string or URI");
  schema.integer("postgres.statement_timeout_ms", config.statement_timeout_ms, 0, 3'600'000,
                 "how long PostgreSQL may take for a statement of a call or a page; then 503. 0: no limit");
  schema.integer("postgres.lock_timeout_ms", config.lock_timeout_ms, 0, 3'600'000,
                 "how long a statement of a call or a page may wait for a lock; then 503. 0: no limit");
  schema.integer("postgres.background_statement_timeout_ms", config.background_statement_timeout_ms, 0, 86'400'000,
                 "the same for a statement of ingest, publish, deliver and upkeep, which try again; migrations and the "
                 "operator's commands (erase, rejudge, export, ledger verify) have no limit. 0: no limit");
  schema.secret("redis.url", config.redis_url, "redis://[user:password@]host[:port][/database]");
  schema.list("roles", config.roles, "what this process does: api, ingest, publish, deliver, upkeep");
  schema.flag("migrate", config.migrate, "bring the database up to date at start");
  schema.choice("log.level", config.log_level, {"debug", "info", "warn", "error"}, "lowest level that is logged");
  bind_serving(schema, config);
  bind_ingest(schema, config.ingest);
  bind_background(schema, config);
  bind_deposits(schema, config.deposits, config.payments);
  bind_deliver(schema, config.deliver);
  bind_mail(schema, config.mail);
  schema.secret("secrets_key", config.secrets_key,
                "encrypts the secrets of webhook endpoints in the database: 64 hexadecimal digits, as `openssl rand "
                "-hex 32` prints them; without it no endpoint can be made");
  schema.secret("secrets_key_accepted", config.secrets_key_accepted,
                "while secrets_key is replaced: what was made with this one is read as well, and nothing is made with "
                "it (RUNBOOK: another secrets_key)");
  schema.flag("registration", config.registration,
              "anybody may become a merchant by POST /api/v1/auth/register of Selgeo's API, once the link of a mail "
              "was followed; needs mail.smtp_url or mail.directory");
  schema.text("failpoint", config.failpoint, "for crash tests: abort at this point of ingest; empty: never");
}

Result<void> check_config(const Config& config) {
  for (const auto& role : config.roles) {
    if (std::find(kRoles.begin(), kRoles.end(), role) == kRoles.end()) {
      return invalid("roles: \"" + role + "\" is none of api, ingest, publish, deliver, upkeep");
    }
  }
  if (config.upkeep.rollup_retention_days < config.upkeep.click_retention_days) {
    return invalid("upkeep.rollup_retention_days must not be below upkeep.click_retention_days");
  }
  if (config.registration && !config.mail.has_any()) {
    return invalid("registration needs mail.smtp_url or mail.directory");
  }
  if (config.http.port != 0 && config.http.port == config.admin.port) {
    return invalid("http.port and admin.port must differ");
  }
  return {};
}

Result<Config> load_config(const std::string& path) {
  Config config;
  ConfigSchema schema(kEnvironmentPrefix);
  bind(schema, config);
  if (auto loaded = schema.load(path); !loaded) return Failure(loaded.error());
  if (auto checked = check_config(config); !checked) return Failure(checked.error());
  if (auto hosts = normalise_hosts(config); !hosts) return Failure(hosts.error());
  if (auto checked = check_addresses(config); !checked) return Failure(checked.error());
  if (auto checked = check_mail(config.mail); !checked) return Failure(checked.error());
  return config;
}

std::string describe(Config config) {
  ConfigSchema schema(kEnvironmentPrefix);
  bind(schema, config);
  return schema.describe();
}

}  // namespace footfall::core
