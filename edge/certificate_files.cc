// What is served is asked of the store when metrics are read, so that they tell of a staple that has ended by then.
#include "edge/certificate_files.h"

#include <algorithm>

#include "proto/base/logging.h"

namespace footfall::edge {
namespace {

std::int64_t now_s_of(const Clock& clock) { return clock.wall_us() / 1'000'000; }

std::vector<tls::CertificateInfo> list_of(const tls::CertificateStore& store) {
  const auto current = store.current();
  return current ? current->list() : std::vector<tls::CertificateInfo>();
}

Result<void> load_into(tls::CertificateStore& store, const TlsConfig& config) {
  auto loaded = store.load(config.certificates, config.version());
  return loaded ? loaded : invalid("tls.certificates: " + loaded.error().message);
}

// What is served and is not as it should be.
std::vector<std::string> doubts(const std::vector<tls::CertificateInfo>& certificates, std::int64_t now_s) {
  const auto time = [](std::int64_t at_s) { return iso8601_ms(at_s * 1'000'000); };
  std::vector<std::string> all;
  for (const tls::CertificateInfo& info : certificates) {
    const std::string chain = info.folder + "/fullchain.pem";
    if (info.expires_s <= now_s) all.push_back(chain + " ended at " + time(info.expires_s) + ": clients refuse it");
    if (info.begins_s > now_s) all.push_back(chain + " begins at " + time(info.begins_s) + ": clients refuse it");
    if (!info.staple_refusal.empty()) all.push_back(info.staple_refusal + ": nothing is stapled");
    if (info.staple_ends_s != 0 && info.staple_ends_s <= now_s) {
      all.push_back(info.folder + "/ocsp.der ended at " + time(info.staple_ends_s) + ": nothing is stapled");
    }
  }
  return all;
}

// The end that comes first; 0: there is none.
double first_end(const std::vector<tls::CertificateInfo>& certificates, std::int64_t tls::CertificateInfo::* end) {
  std::int64_t first = 0;
  for (const tls::CertificateInfo& info : certificates) {
    if (info.*end != 0 && (first == 0 || info.*end < first)) first = info.*end;
  }
  return static_cast<double>(first);
}

}  // namespace

CertificateFiles::CertificateFiles(const TlsConfig& config, const Clock& clock, Metrics& metrics)
    : config_(config),
      clock_(clock),
      store_(clock),
      loaded_(metrics.counter("footfall_edge_certificate_reloads_total",
                              "Times that certificates were to be read anew (SIGHUP), by what came of it",
                              {{"outcome", "loaded"}})),
      refused_(metrics.counter("footfall_edge_certificate_reloads_total",
                               "Times that certificates were to be read anew (SIGHUP), by what came of it",
                               {{"outcome", "refused"}})),
      is_refused_(
          metrics.gauge("footfall_edge_certificates_refused",
                        "1: the certificates were refused when they were last read anew, and older ones serve")) {
  metrics.gauge_function("footfall_edge_certificate_expires_timestamp_seconds",
                         "When the TLS certificate that ends first ends, in Unix time; 0: no TLS",
                         [this] { return first_end(list_of(store_), &tls::CertificateInfo::expires_s); });
  metrics.gauge_function("footfall_edge_certificate_staple_expires_timestamp_seconds",
                         "When the OCSP response that ends first ends, in Unix time; 0: none is stapled",
                         [this] { return first_end(list_of(store_), &tls::CertificateInfo::staple_ends_s); });
  metrics.gauge_function(
      "footfall_edge_certificate_staples_left_out",
      "OCSP responses that are there and are not stapled: refused, over or not yet good", [this] {
        const std::int64_t now_s = now_s_of(clock_);
        return static_cast<double>(std::ranges::count_if(list_of(store_), [now_s](const tls::CertificateInfo& info) {
          const bool is_there = info.staple_ends_s != 0 || !info.staple_refusal.empty();
          return is_there && !info.is_stapled(now_s);
        }));
      });
}

Result<void> CertificateFiles::load() {
  auto loaded = load_into(store_, config_);
  if (loaded) warn();
  return loaded;
}

void CertificateFiles::reload() {
  if (!config_.is_on()) return;
  const auto loaded = load_into(store_, config_);
  (loaded ? loaded_ : refused_).add();
  is_refused_.set(loaded ? 0 : 1);
  if (!loaded) {
    log_error("edge.certificates.refused", {{"reason", loaded.error().message}});
    return;
  }
  log_info("edge.certificates.loaded", {{"folders", config_.certificates.size()}});
  warn();
}

void CertificateFiles::warn() const {
  for (const std::string& doubt : doubts(list_of(store_), now_s_of(clock_))) {
    log_warn("edge.certificates.doubtful", {{"reason", doubt}});
  }
}

Result<std::vector<std::string>> CertificateFiles::check(const TlsConfig& config, const Clock& clock) {
  tls::CertificateStore store(clock);
  if (auto loaded = load_into(store, config); !loaded) return Failure(loaded.error());
  return doubts(list_of(store), now_s_of(clock));
}

}  // namespace footfall::edge
