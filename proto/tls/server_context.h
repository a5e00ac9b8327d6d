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
  std::string ocsp;  // DER, as it is stapled; empty: nothing is
  ContextPointer context;
};

// Reads the files of `folder` (CertificateStore says which). The error names the file. `tickets` must outlive the
// context.
Result<std::unique_ptr<ServedCertificate>> read_certificate(const std::string& folder, Version minimum,
                                                            TicketKeys& tickets);

// The last error of OpenSSL on this thread in words, and forgets it.
std::string last_openssl_error();

}  // namespace footfall::tls
