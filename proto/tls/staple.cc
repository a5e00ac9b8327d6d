// The checks are those of a careful client (RFC 6960 3.2), so that none finds fault with what is stapled.
#include "proto/tls/staple.h"

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509_vfy.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <memory>

namespace footfall::tls {
namespace {

constexpr std::size_t kBytesMax = 64 * 1024;

template <auto free_function>
struct Freed {
  template <typename T>
  void operator()(T* it) const {
    free_function(it);
  }
};
using Response = std::unique_ptr<OCSP_RESPONSE, Freed<OCSP_RESPONSE_free>>;
using BasicResponse = std::unique_ptr<OCSP_BASICRESP, Freed<OCSP_BASICRESP_free>>;
using CertificateId = std::unique_ptr<OCSP_CERTID, Freed<OCSP_CERTID_free>>;
using TrustedIssuers = std::unique_ptr<X509_STORE, Freed<X509_STORE_free>>;

// Empty: there is no file.
Result<std::string> read_file(const std::string& path) {
  std::FILE* const file = std::fopen(path.c_str(), "rbe");
  if (file == nullptr && errno == ENOENT) return std::string();
  std::string bytes(kBytesMax + 1, '\0');
  bytes.resize(file == nullptr ? 0 : std::fread(bytes.data(), 1, bytes.size(), file));
  const bool has_failed = file == nullptr || std::ferror(file) != 0;
  const std::string reason = std::strerror(errno);
  if (file != nullptr) std::fclose(file);
  if (has_failed) return invalid("cannot be read: " + reason);
  if (bytes.size() > kBytesMax) return invalid("has more than 64 KiB");
  if (bytes.empty()) return invalid("is empty");
  return bytes;
}

Result<BasicResponse> parse(const std::string& bytes) {
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  const unsigned char* const end = at + bytes.size();
  const Response response(d2i_OCSP_RESPONSE(nullptr, &at, static_cast<long>(bytes.size())));
  if (response == nullptr || at != end) return invalid("is no OCSP response in DER");
  const int status = OCSP_response_status(response.get());
  if (status != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
    return invalid("does not say \"successful\" but \"" + std::string(OCSP_response_status_str(status)) + "\"");
  }
  BasicResponse basic(OCSP_response_get1_basic(response.get()));
  if (basic == nullptr) return invalid("is of a kind that clients do not know");
  return basic;
}

X509* issuer_of(X509* certificate, STACK_OF(X509) * others) {
  for (int i = 0; i < sk_X509_num(others); ++i) {
    X509* const other = sk_X509_value(others, i);
    if (X509_check_issued(other, certificate) == X509_V_OK) return other;
  }
  return X509_check_issued(certificate, certificate) == X509_V_OK ? certificate : nullptr;
}

// The part of the response that is about `certificate`: of the same serial number and the same issuer, by whichever
// hash the response names them. Null: there is none.
OCSP_SINGLERESP* part_about(OCSP_BASICRESP* basic, X509* certificate, X509* issuer) {
  for (int i = 0; i < OCSP_resp_count(basic); ++i) {
    OCSP_SINGLERESP* const part = OCSP_resp_get0(basic, i);
    auto* const id = const_cast<OCSP_CERTID*>(OCSP_SINGLERESP_get0_id(part));  // OpenSSL reads it only
    ASN1_OBJECT* hash = nullptr;
    OCSP_id_get0_info(nullptr, &hash, nullptr, nullptr, id);
    const EVP_MD* const digest = EVP_get_digestbyobj(hash);
    if (digest == nullptr) continue;
    const CertificateId expected(OCSP_cert_to_id(digest, certificate, issuer));
    if (expected != nullptr && OCSP_id_cmp(expected.get(), id) == 0) return part;
  }
  return nullptr;
}

// The issuer alone is trusted here, as if it were a root.
bool is_signed_for(OCSP_BASICRESP* basic, X509* issuer, STACK_OF(X509) * others) {
  const TrustedIssuers trusted(X509_STORE_new());
  if (trusted == nullptr || X509_STORE_add_cert(trusted.get(), issuer) != 1) return false;
  X509_STORE_set_flags(trusted.get(), X509_V_FLAG_PARTIAL_CHAIN);
  return OCSP_basic_verify(basic, others, trusted.get(), 0) == 1;
}

}  // namespace

std::int64_t seconds_of(const asn1_string_st* time) {
  std::tm parts{};
  return ASN1_TIME_to_tm(time, &parts) == 1 ? static_cast<std::int64_t>(::timegm(&parts)) : 0;
}

Result<Staple> read_staple(const std::string& path, x509_st* certificate, stack_st_X509* others) {
  const auto refused = [&path](const std::string& why) {
    ERR_clear_error();
    return invalid(path + " " + why);
  };
  const auto bytes = read_file(path);
  if (!bytes) return refused(bytes.error().message);
  if (bytes->empty()) return Staple{};
  const auto basic = parse(*bytes);
  if (!basic) return refused(basic.error().message);
  X509* const issuer = issuer_of(certificate, others);
  if (issuer == nullptr) return refused("cannot be checked: the issuer's certificate is not in fullchain.pem");
  OCSP_SINGLERESP* const part = part_about(basic->get(), certificate, issuer);
  if (part == nullptr) return refused("is about another certificate");
  if (!is_signed_for(basic->get(), issuer, others)) return refused("is not signed by the certificate's issuer");
  ASN1_GENERALIZEDTIME* begins = nullptr;
  ASN1_GENERALIZEDTIME* ends = nullptr;
  const int status = OCSP_single_get0_status(part, nullptr, nullptr, &begins, &ends);
  if (status != V_OCSP_CERTSTATUS_GOOD) {
    return refused("does not say \"good\" but \"" + std::string(OCSP_cert_status_str(status)) + "\"");
  }
  if (ends == nullptr) return refused("does not say until when it holds");
  ERR_clear_error();
  return Staple{*bytes, seconds_of(begins), seconds_of(ends)};
}

}  // namespace footfall::tls
