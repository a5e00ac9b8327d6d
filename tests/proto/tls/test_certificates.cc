#include "tests/proto/tls/test_certificates.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <cstdlib>

#include "proto/base/crypto.h"
#include "proto/base/result.h"

namespace footfall::tls {

TestFolder::TestFolder() {
  path_ = std::filesystem::temp_directory_path() / ("footfall-tls-" + random_token(12));
  std::filesystem::create_directories(path_);
}

TestFolder::~TestFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TestFolder::certificate(const std::string& name, const std::vector<std::string>& hosts) const {
  const std::filesystem::path folder = path_ / name;
  std::filesystem::create_directories(folder);
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  X509* const certificate = X509_new();
  X509_set_version(certificate, 2);
  std::uint64_t serial = 0;
  random_bytes(&serial, sizeof serial);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3'600);
  X509_set_pubkey(certificate, key);
  X509_NAME* const subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                             0);
  X509_set_issuer_name(certificate, subject);
  std::string names;
  for (const std::string& host : hosts) names += (names.empty() ? "DNS:" : ",DNS:") + host;
  if (!names.empty()) {
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }
  FOOTFALL_CHECK(X509_sign(certificate, key, EVP_sha256()) > 0);
  std::FILE* const chain = std::fopen((folder / "fullchain.pem").c_str(), "w");
  FOOTFALL_CHECK(chain != nullptr && PEM_write_X509(chain, certificate) == 1);
  std::fclose(chain);
  std::FILE* const secret = std::fopen((folder / "privkey.pem").c_str(), "w");
  FOOTFALL_CHECK(secret != nullptr && PEM_write_PrivateKey(secret, key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  std::fclose(secret);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return folder.string();
}

}  // namespace footfall::tls
