#include "proto/tls/certificates.h"

#include <openssl/ssl.h>

#include <algorithm>

#include "proto/base/bytes.h"
#include "proto/tls/server_context.h"

namespace footfall::tls {
namespace {

// Called by OpenSSL in each handshake, with the Certificates of the session's first context.
int choose_certificate(SSL* ssl, int*, void* certificates) {
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (name == nullptr) return SSL_TLSEXT_ERR_NOACK;
  const std::string host = to_lower_ascii(name);
  SSL_CTX* const context = static_cast<const Certificates*>(certificates)->context_for(host);
  if (context != SSL_get_SSL_CTX(ssl)) SSL_set_SSL_CTX(ssl, context);
  return SSL_TLSEXT_ERR_OK;
}

// Says which certificate of `fresh` does not hold now, where the one of the same folder in `used` does.
Result<void> check_no_worse(const std::vector<CertificateInfo>& used, const std::vector<CertificateInfo>& fresh,
                            std::int64_t now_s) {
  for (const CertificateInfo& info : fresh) {
    const auto before = std::ranges::find(used, info.folder, &CertificateInfo::folder);
    if (info.is_valid(now_s) || before == used.end() || !before->is_valid(now_s)) continue;
    const bool has_ended = info.expires_s <= now_s;
    return invalid(info.folder + "/fullchain.pem: " + (has_ended ? "ended at " : "begins at ") +
                   iso8601_ms((has_ended ? info.expires_s : info.begins_s) * 1'000'000) +
                   ", and the one in use holds until " + iso8601_ms(before->expires_s * 1'000'000));
  }
  return {};
}

}  // namespace

Certificates::Certificates() = default;
Certificates::~Certificates() = default;

// The first certificate that has a name keeps it.
void Certificates::add(std::unique_ptr<ServedCertificate> served) {
  SSL_CTX* const context = served->context.get();
  SSL_CTX_set_tlsext_servername_callback(context, choose_certificate);
  SSL_CTX_set_tlsext_servername_arg(context, this);
  for (const std::string& name : served->info.names) by_name_.emplace(name, context);
  served_.push_back(std::move(served));
}

Result<std::shared_ptr<const Certificates>> Certificates::read(const std::vector<std::string>& folders, Version minimum,
                                                               TicketKeys& tickets, const Clock& clock) {
  const std::shared_ptr<Certificates> all(new Certificates);
  for (const std::string& folder : folders) {
    auto served = read_certificate(folder, minimum, tickets, clock);
    if (!served) return Failure(served.error());
    all->add(std::move(*served));
  }
  return std::shared_ptr<const Certificates>(all);
}

ssl_ctx_st* Certificates::context_for(std::string_view host) const {
  if (const auto found = by_name_.find(host); found != by_name_.end()) return found->second;
  const std::size_t dot = host.find('.');
  if (dot != std::string_view::npos && dot > 0) {
    const std::string wildcard = "*" + std::string(host.substr(dot));
    if (const auto found = by_name_.find(wildcard); found != by_name_.end()) return found->second;
  }
  return served_.front()->context.get();
}

std::vector<CertificateInfo> Certificates::list() const {
  std::vector<CertificateInfo> infos;
  infos.reserve(served_.size());
  for (const auto& served : served_) infos.push_back(served->info);
  return infos;
}

Result<void> CertificateStore::load(const std::vector<std::string>& folders, Version minimum) {
  std::shared_ptr<const Certificates> fresh;
  if (!folders.empty()) {
    auto read = Certificates::read(folders, minimum, tickets_, clock_);
    if (!read) return Failure(read.error());
    fresh = std::move(*read);
    if (const auto used = current()) {
      if (auto checked = check_no_worse(used->list(), fresh->list(), clock_.wall_us() / 1'000'000); !checked)
        return checked;
    }
  }
  const MutexLock lock(mutex_);
  current_.swap(fresh);  // the old set is freed after the lock, unless sessions still use it
  return {};
}

std::shared_ptr<const Certificates> CertificateStore::current() const {
  const MutexLock lock(mutex_);
  return current_;
}

}  // namespace footfall::tls
