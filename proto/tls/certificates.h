// The certificates of a server: which one a client sees is decided by the name that it asks for (SNI). A set is made
// once and never changed; the store replaces it as a whole, and sessions keep the one that they began with.
//
// A certificate is a folder, as certbot lays it out: fullchain.pem (the certificate, then its issuers), privkey.pem
// and, if it is there, ocsp.der (an OCSP response, stapled to the handshake as it is). The names are those in the
// certificate; *.example.com stands for one further label. A client that names no host, or one that no certificate
// has, sees the first.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "proto/base/clock.h"
#include "proto/base/crypto.h"
#include "proto/base/result.h"
#include "proto/base/thread_annotations.h"
#include "proto/tls/ticket_keys.h"

struct ssl_ctx_st;

namespace footfall::tls {

enum class Version : std::uint8_t { tls_1_2, tls_1_3 };

struct CertificateInfo {
  std::string folder;
  std::vector<std::string> names;  // lower case
  std::int64_t expires_s = 0;      // Unix time
  bool is_stapled = false;         // there is an OCSP response
};

struct ServedCertificate;

// Immutable, so any thread may read it.
class Certificates {
 public:
  // Reads all folders, or says what is wrong with the first that cannot be used. `tickets` must outlive it.
  static Result<std::shared_ptr<const Certificates>> read(const std::vector<std::string>& folders, Version minimum,
                                                          TicketKeys& tickets);
  ~Certificates();
  Certificates(const Certificates&) = delete;
  Certificates& operator=(const Certificates&) = delete;

  // Of the certificate for `host` (lower case); empty or unknown: of the first.
  ssl_ctx_st* context_for(std::string_view host) const;
  std::vector<CertificateInfo> list() const;

 private:
  Certificates();
  void add(std::unique_ptr<ServedCertificate> served);

  std::vector<std::unique_ptr<ServedCertificate>> served_;
  std::unordered_map<std::string, ssl_ctx_st*, KeyedHash, std::equal_to<>> by_name_;  // "*.example.com" as it stands
};

// Holds the set that new connections get, and the keys of session tickets, which outlive every set. Thread-safe.
class CertificateStore {
 public:
  explicit CertificateStore(const Clock& clock) : tickets_(clock) {}

  // Reads the folders anew. If one cannot be used, nothing changes and the error says why. No folders: no TLS.
  Result<void> load(const std::vector<std::string>& folders, Version minimum);
  // Null until load() has succeeded with a folder.
  std::shared_ptr<const Certificates> current() const;

 private:
  TicketKeys tickets_;
  mutable Mutex mutex_;
  std::shared_ptr<const Certificates> current_ FOOTFALL_GUARDED_BY(mutex_);
};

}  // namespace footfall::tls
