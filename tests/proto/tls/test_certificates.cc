// Certificates sign themselves, so each is also the authority that says by OCSP what it thinks of itself.
#include "tests/proto/tls/test_certificates.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "proto/base/crypto.h"
#include "proto/base/result.h"

namespace footfall::tls {
namespace {

std::FILE* open_file(const std::string& path, const char* mode) {
  std::FILE* const file = std::fopen(path.c_str(), mode);
  FOOTFALL_CHECK(file != nullptr);
  return file;
}

struct Pair {
  explicit Pair(const std::string& folder) {
    std::FILE* const chain = open_file(folder + "/fullchain.pem", "r");
    certificate = PEM_read_X509(chain, nullptr, nullptr, nullptr);
    std::fclose(chain);
    std::FILE* const secret = open_file(folder + "/privkey.pem", "r");
    key = PEM_read_PrivateKey(secret, nullptr, nullptr, nullptr);
    std::fclose(secret);
    FOOTFALL_CHECK(certificate != nullptr && key != nullptr);
  }
  ~Pair() {
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;

  X509* certificate;
  EVP_PKEY* key;
};

}  // namespace

TestFolder::TestFolder() {
  path_ = std::filesystem::temp_directory_path() / ("footfall-tls-" + random_token(12));
  std::filesystem::create_directories(path_);
}

TestFolder::~TestFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TestFolder::certificate(const std::string& name, const std::vector<std::string>& hosts,
                                    const Period& period) const {
  const std::filesystem::path folder = path_ / name;
  std::filesystem::create_directories(folder);
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  X509* const certificate = X509_new();
  X509_set_version(certificate, 2);
  std::uint64_t serial = 0;
  random_bytes(&serial, sizeof serial);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), period.begins_in_s);
  X509_gmtime_adj(X509_getm_notAfter(certificate), period.ends_in_s);
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
  std::FILE* const chain = open_file(folder / "fullchain.pem", "w");
  FOOTFALL_CHECK(PEM_write_X509(chain, certificate) == 1);
  std::fclose(chain);
  std::FILE* const secret = open_file(folder / "privkey.pem", "w");
  FOOTFALL_CHECK(PEM_write_PrivateKey(secret, key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  std::fclose(secret);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return folder.string();
}

void encrypt_key(const std::string& folder) {
  const Pair pair(folder);
  std::FILE* const secret = open_file(folder + "/privkey.pem", "w");
  const unsigned char passphrase[] = "a passphrase";
  FOOTFALL_CHECK(PEM_write_PrivateKey(secret, pair.key, EVP_aes_256_cbc(), passphrase, sizeof passphrase - 1, nullptr,
                                      nullptr) == 1);
  std::fclose(secret);
}

void write_ocsp(const std::string& folder, const OcspOptions& options) {
  const Pair about(options.about.empty() ? folder : options.about);
  const Pair signer(options.by.empty() ? folder : options.by);
  const std::time_t now = std::time(nullptr);
  ASN1_TIME* const begins = ASN1_GENERALIZEDTIME_set(nullptr, now + options.period.begins_in_s);
  ASN1_TIME* const ends = options.has_end ? ASN1_GENERALIZEDTIME_set(nullptr, now + options.period.ends_in_s) : nullptr;
  OCSP_BASICRESP* const basic = OCSP_BASICRESP_new();
  OCSP_CERTID* const id = OCSP_cert_to_id(EVP_sha256(), about.certificate, about.certificate);
  const int status = options.is_good ? V_OCSP_CERTSTATUS_GOOD : V_OCSP_CERTSTATUS_REVOKED;
  FOOTFALL_CHECK(OCSP_basic_add1_status(basic, id, status, OCSP_REVOKED_STATUS_UNSPECIFIED,
                                        options.is_good ? nullptr : begins, begins, ends) != nullptr);
  FOOTFALL_CHECK(OCSP_basic_sign(basic, signer.certificate, signer.key, EVP_sha256(), nullptr, 0) == 1);
  OCSP_RESPONSE* const response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
  unsigned char* der = nullptr;
  const int size = i2d_OCSP_RESPONSE(response, &der);
  FOOTFALL_CHECK(size > 0);
  std::FILE* const file = open_file(folder + "/ocsp.der", "w");
  FOOTFALL_CHECK(std::fwrite(der, 1, static_cast<std::size_t>(size), file) == static_cast<std::size_t>(size));
  std::fclose(file);
  OPENSSL_free(der);
  OCSP_RESPONSE_free(response);
  OCSP_CERTID_free(id);
  OCSP_BASICRESP_free(basic);
  ASN1_TIME_free(ends);
  ASN1_TIME_free(begins);
}

}  // namespace footfall::tls
