// The values that name something outside of the program. Each follows the same rule as on the command line, and the
// error names the key and the value; only connection strings, which hold passwords, are not repeated.
#include <cstring>
#include <fstream>
#include <map>

#include "core/actions/webhook_secret.h"
#include "core/config.h"
#include "core/domain/mail_address.h"
#include "core/domain/site.h"
#include "core/domain/target_url.h"
#include "core/storage/connection_string.h"
#include "proto/base/bytes.h"
#include "proto/http/forwarded.h"
#include "proto/redis/client.h"

namespace footfall::core {
namespace {

constexpr std::size_t kPasswordCharactersMax = 1'024;

Failure at_key(std::string_view key, const Error& error) { return invalid(std::string(key) + ": " + error.message); }

Result<void> normalise_name(std::string_view key, std::string& name) {
  auto host = normalise_host(name);
  if (!host) {
    return invalid(std::string(key) + ": \"" + name +
                   "\" is not a host name without scheme, port and path: " + host.error().message);
  }
  name = *host;
  return {};
}

Result<void> check_address(std::string_view key, const std::string& address) {
  if (http::parse_address(address).size != 0) return {};
  return invalid(std::string(key) + ": \"" + address +
                 "\" is not an IP address of this machine, such as 127.0.0.1 or ::");
}

// A key goes over TLS, or stays on this machine.
Result<void> check_provider(const std::string& name, const std::string& url, const std::string& key,
                            const std::string& secret) {
  if (key.empty() != secret.empty()) {
    return invalid("payments." + name + ": the secret key and the secret of its calls are set both, or neither");
  }
  if (key.empty()) return {};
  auto parsed = parse_target_url(url);
  if (!parsed) return at_key("payments." + name + "_url", parsed.error());
  const bool is_here = parsed->host == "127.0.0.1" || parsed->host == "[::1]" || parsed->host == "localhost";
  if (!url.starts_with("https://") && !is_here) {
    return invalid("payments." + name + "_url: must be https://, unless the provider is on this machine");
  }
  if (url.ends_with('/')) return invalid("payments." + name + "_url: must not end with a slash");
  return {};
}

Result<void> check_payments(const PaymentsConfig& payments) {
  auto stripe =
      check_provider("stripe", payments.stripe_url, payments.stripe_secret_key, payments.stripe_webhook_secret);
  if (!stripe) return stripe;
  return check_provider("sunrise_pay", payments.sunrise_pay_url, payments.sunrise_pay_secret_key,
                        payments.sunrise_pay_callback_secret);
}

}  // namespace

Result<void> normalise_hosts(Config& config) {
  const std::pair<std::string_view, std::vector<std::string>*> lists[] = {
      {"hosts.baclique", &config.hosts.baclique},       {"hosts.selgeo", &config.hosts.selgeo},
      {"hosts.affspace", &config.hosts.affspace},       {"hosts.affily", &config.hosts.affily},
      {"hosts.short_links", &config.hosts.short_links},
  };
  std::map<std::string, std::string_view> key_of;
  for (const auto& [key, names] : lists) {
    for (std::string& name : *names) {
      if (auto normal = normalise_name(key, name); !normal) return normal;
      const auto [known, is_new] = key_of.emplace(name, key);
      if (!is_new && known->second != key) {
        return invalid(std::string(key) + ": \"" + name + "\" is in " + std::string(known->second) +
                       " already, and a name has one meaning");
      }
    }
  }
  for (std::string& name : config.deposits.return_hosts) {
    if (auto normal = normalise_name("deposits.return_hosts", name); !normal) return normal;
  }
  return normalise_name("link_host", config.link_host);
}

Result<void> check_addresses(const Config& config) {
  if (auto good = check_address("http.address", config.http.address); !good) return good;
  if (auto good = check_address("admin.address", config.admin.address); !good) return good;
  for (const auto& [key, networks] :
       {std::pair("trusted_proxies", &config.trusted_proxies), std::pair("ingest.networks", &config.ingest.networks)}) {
    if (auto known = http::TrustedProxies::parse(*networks); !known) return at_key(key, known.error());
  }
  if (auto good = check_payments(config.payments); !good) return good;
  if (auto site = parse_site(config.site_url); !site) return at_key("site_url", site.error());
  if (auto url = redis::parse_url(config.redis_url); !url) return at_key("redis.url", url.error());
  if (auto url = check_connection_string(config.postgres_url); !url) return at_key("postgres.url", url.error());
  if (auto keys = parse_secrets_keys(config.secrets_key, config.secrets_key_accepted); !keys) {
    return Failure(keys.error());
  }
  return {};
}

Result<void> check_mail(MailConfig& mail) {
  if (!mail.smtp_url.empty() && !mail.directory.empty()) {
    return invalid("mail.directory: mails go to mail.smtp_url or into a directory, not to both");
  }
  const bool has_scheme = mail.smtp_url.starts_with("smtp://") || mail.smtp_url.starts_with("smtps://");
  if (!mail.smtp_url.empty() && !has_scheme) {
    return invalid("mail.smtp_url: \"" + mail.smtp_url + "\" begins neither with smtp:// nor with smtps://");
  }
  if (mail.smtp_url.find('@') != std::string::npos) {
    return invalid("mail.smtp_url: name and password belong into mail.user and mail.password_file");
  }
  if (auto sender = parse_mail_sender(mail.from); !sender) return at_key("mail.from", sender.error());
  if (mail.user.empty() != mail.password_file.empty()) {
    return invalid("mail.user and mail.password_file need each other");
  }
  if (mail.password_file.empty()) return {};
  std::ifstream file(mail.password_file);
  std::string line(kPasswordCharactersMax, '\0');
  file.getline(line.data(), static_cast<std::streamsize>(line.size()));
  line.resize(std::strlen(line.c_str()));
  if (!file || line.empty()) {
    return invalid("mail.password_file: \"" + mail.password_file + "\" has no first line that could be a password");
  }
  mail.password = std::string(trim(line));
  return {};
}

}  // namespace footfall::core
