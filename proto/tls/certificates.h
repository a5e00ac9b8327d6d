// The certificates of a server: which one a client sees is decided by the name that it asks for (SNI). A set is made
// once and never changed; the store replaces it as a whole, and sessions keep the one that they began with.
//
// A certificate is a folder, as certbot lays it out: fullchain.pem (the certificate, then its issuers), privkey.pem
// and, if it is there, ocsp.der (an OCSP response, stapled to handshakes while it holds; one that a client would not
// believe is left out). The names are those in the certificate; *.example.com stands for one further label. A client
// that names no host, or one that no certificate has, sees the first.
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
  std::int64_t begins_s = 0;       // Unix time, as all below
  std::int64_t expires_s = 0;
  std::int64_t staple_begins_s = 0;
  std::int64_t staple_ends_s = 0;  // 0: there is nothing to staple
  std::string staple_refusal{};    // why ocsp.der is left out for good; empty: it is not, or there is none

  bool is_valid(std::int64_t now_s) const { return begins_s <= now_s && now_s < expires_s; }
  bool is_stapled(std::int64_t now_s) const { return staple_begins_s <= now_s && now_s < staple_ends_s; }
};

struct ServedCertificate;

// Immutable, so any thread may read it.
class Certificates {
 public:
  // Reads all folders, or says what is wrong with the first that cannot be used. `tickets` and `clock` outlive it.
  static Result<std::shared_ptr<const Certificates>> read(const std::vector<std::string>& folders, Version minimum,
                                                          TicketKeys& tickets, const Clock& clock);
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
  // `clock` outlives the store and every set.
  explicit CertificateStore(const Clock& clock) : clock_(clock), tickets_(clock) {}

  // Reads the folders anew. If one cannot be used, nothing changes and the error says why; nor if one that has ended or
  // not begun would take the place of one that holds. No folders: no TLS. One thread at a time.
  Result<void> load(const std::vector<std::string>& folders, Version minimum);
  // Null until load() has succeeded with a folder.
  std::shared_ptr<const Certificates> current() const;

 private:
  const Clock& clock_;
  TicketKeys tickets_;
  mutable Mutex mutex_;
  std::shared_ptr<const Certificates> current_ FOOTFALL_GUARDED_BY(mutex_);
};

}  // namespace footfall::tls
