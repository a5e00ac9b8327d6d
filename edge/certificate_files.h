// The certificates of the edge's HTTPS port: read at the start and again when the operator asks for it, with what has
// to be known of them in log and metrics. At the start one that has ended is better than none and is taken, with a
// warning; later on none that holds gives way to one that does not (proto/tls/certificates.h).
#pragma once

#include <string>
#include <vector>

#include "edge/config.h"
#include "proto/base/clock.h"
#include "proto/base/metrics.h"
#include "proto/base/result.h"
#include "proto/tls/certificates.h"

namespace footfall::edge {

class CertificateFiles {
 public:
  // All three outlive it, and it outlives every scrape of `metrics`.
  CertificateFiles(const TlsConfig& config, const Clock& clock, Metrics& metrics);

  // At the start. The error names the file that cannot be used. Without tls.certificates there is nothing to do.
  Result<void> load();
  // Later, by one thread. What cannot be used is reported, and all stays as it was.
  void reload();
  const tls::CertificateStore& store() const { return store_; }

  // What load() would refuse; else what it would warn of.
  static Result<std::vector<std::string>> check(const TlsConfig& config, const Clock& clock);

 private:
  void warn() const;

  const TlsConfig& config_;
  const Clock& clock_;
  tls::CertificateStore store_;
  Counter& loaded_;
  Counter& refused_;
  Gauge& is_refused_;
};

}  // namespace footfall::edge
