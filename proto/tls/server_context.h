// Makes an SSL_CTX of OpenSSL from the files of one certificate: which versions and ciphers are spoken, what is said of
// protocols above (http/1.1 alone), how sessions are resumed. Only proto/tls includes this.
//
// TLS 1.2 (with forward secrecy and authenticated ciphers only) and 1.3. Never: older versions, compression,
// renegotiation, early data (it can be replayed, and a click would count twice).
#pragma once

#include <memory>
#include <string>

#include "proto/base/result.h"
#include "proto/tls/certificates.h"

struct ssl_ctx_st;

namespace footfall::tls {

struct FreeContext {
  void operator()(ssl_ctx_st* context) const;
};
using ContextPointer = std::unique_ptr<ssl_ctx_st, FreeContext>;

// One certificate, ready to serve. The context has to be freed before the rest.
struct ServedCertificate {
  CertificateInfo info;
  std::string staple;            // DER; empty: there is none
  const Clock* clock = nullptr;  // by which the staple holds
  ContextPointer context;
};

// Reads the files of `folder` (certificates.h says which). The error names the file; a staple that cannot be used is no
// error, its reason stands in `info`. `tickets` and `clock` must outlive the context.
Result<std::unique_ptr<ServedCertificate>> read_certificate(const std::string& folder, Version minimum,
                                                            TicketKeys& tickets, const Clock& clock);

// The last error of OpenSSL on this thread in words, and forgets it.
std::string last_openssl_error();

}  // namespace footfall::tls
