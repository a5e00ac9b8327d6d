// What a certificate authority says by OCSP of one of its certificates, for stapling to handshakes. It is optional:
// what a client would not believe, or would take for a reason to leave, is refused here, and the certificate is shown
// without.
#pragma once

#include <cstdint>
#include <string>

#include "proto/base/result.h"

struct asn1_string_st;  // NOLINT: the name is OpenSSL's
struct stack_st_X509;
struct x509_st;

namespace footfall::tls {

struct Staple {
  std::string der;            // empty: there is none
  std::int64_t begins_s = 0;  // Unix time
  std::int64_t ends_s = 0;
};

// Reads the OCSP response in DER at `path`, of at most 64 KiB; no file is no staple. It must be signed by the issuer of
// `certificate`, who is among `others` (or is itself), or by whom the issuer has entrusted with it; be about this
// certificate; call it good; and say until when. The error says what is not so. Whether it holds now is not looked at.
Result<Staple> read_staple(const std::string& path, x509_st* certificate, stack_st_X509* others);

// Unix time; 0: it is none.
std::int64_t seconds_of(const asn1_string_st* time);

}  // namespace footfall::tls
