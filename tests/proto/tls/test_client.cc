// Both directions go through memory BIOs, so that a test decides what arrives when.
#include "tests/proto/tls/test_client.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/x509.h>

#include <algorithm>

#include "proto/base/result.h"

namespace footfall::tls {
namespace {

// OpenSSL tells the secrets of a session as lines: label, random of the client, secret, each of the latter in
// hexadecimal digits.
void keep_traffic_secret(const SSL* ssl, const char* line) {
  constexpr std::string_view kLabel = "CLIENT_TRAFFIC_SECRET_0 ";
  const std::string_view text = line;
  if (!text.starts_with(kLabel)) return;
  auto* const secret = static_cast<std::string*>(SSL_get_app_data(ssl));
  secret->clear();
  for (std::size_t at = text.rfind(' ') + 1; at + 1 < text.size(); at += 2) {
    *secret += static_cast<char>(std::stoi(std::string(text.substr(at, 2)), nullptr, 16));
  }
}

// HKDF-Expand-Label of RFC 8446 7.1, by SHA-256 and without a context.
std::string expand_label(std::string secret, std::string label, std::size_t size) {
  label.insert(0, "tls13 ");
  std::string info{'\0', static_cast<char>(size), static_cast<char>(label.size())};
  info.append(label).push_back('\0');
  std::string out(size, '\0');
  EVP_KDF* const kdf = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
  EVP_KDF_CTX* const context = EVP_KDF_CTX_new(kdf);
  int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
  char digest[] = "SHA256";
  const OSSL_PARAM params[] = {OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
                               OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
                               OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, secret.data(), secret.size()),
                               OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
                               OSSL_PARAM_construct_end()};
  FOOTFALL_CHECK(EVP_KDF_derive(context, reinterpret_cast<unsigned char*>(out.data()), size, params) == 1);
  EVP_KDF_CTX_free(context);
  EVP_KDF_free(kdf);
  return out;
}

unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

}  // namespace

TestClient::TestClient(const ClientOptions& options)
    : context_(SSL_CTX_new(TLS_client_method())), ssl_(SSL_new(context_)) {
  SSL_set_bio(ssl_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_set_connect_state(ssl_);
  SSL_set_security_level(ssl_, 0);  // so that versions of long ago can be offered
  SSL_set_min_proto_version(ssl_, options.lowest_version != 0 ? options.lowest_version : options.version);
  SSL_set_max_proto_version(ssl_, options.version);
  if (!options.host.empty()) SSL_set_tlsext_host_name(ssl_, options.host.c_str());
  if (!options.protocols.empty()) {
    SSL_set_alpn_protos(ssl_, reinterpret_cast<const unsigned char*>(options.protocols.data()),
                        static_cast<unsigned>(options.protocols.size()));
  }
  if (options.resume != nullptr) SSL_set_session(ssl_, options.resume);
  SSL_set_app_data(ssl_, &traffic_secret_);
  SSL_CTX_set_keylog_callback(context_, keep_traffic_secret);
  if (options.asks_for_ocsp) SSL_set_tlsext_status_type(ssl_, TLSEXT_STATUSTYPE_ocsp);
}

TestClient::~TestClient() {
  SSL_free(ssl_);
  SSL_CTX_free(context_);
}

std::string TestClient::take_output() {
  BIO* const bio = SSL_get_wbio(ssl_);
  std::string bytes(BIO_ctrl_pending(bio), '\0');
  if (!bytes.empty()) BIO_read(bio, bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

void TestClient::feed(std::string_view bytes) {
  if (!bytes.empty()) BIO_write(SSL_get_rbio(ssl_), bytes.data(), static_cast<int>(bytes.size()));
}

bool TestClient::handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_);
  if (result == 1) return true;
  if (SSL_get_error(ssl_, result) == SSL_ERROR_SSL) failed_ = true;
  return false;
}

void TestClient::write(std::string_view plain) {
  FOOTFALL_CHECK(SSL_write(ssl_, plain.data(), static_cast<int>(plain.size())) == static_cast<int>(plain.size()));
}

std::string TestClient::read() {
  std::string plain;
  char bytes[4096];
  for (;;) {
    ERR_clear_error();
    const int got = SSL_read(ssl_, bytes, sizeof bytes);
    if (got <= 0) {
      if (SSL_get_error(ssl_, got) == SSL_ERROR_SSL) failed_ = true;
      return plain;
    }
    plain.append(bytes, static_cast<std::size_t>(got));
  }
}

std::string TestClient::common_name() const {
  X509* const certificate = SSL_get0_peer_certificate(ssl_);
  if (certificate == nullptr) return {};
  char name[256] = "";
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
  return name;
}

std::string TestClient::seal_first_record(std::string_view plain, char inner_type) const {
  constexpr int kTagBytes = 16;
  std::string key = expand_label(traffic_secret_, "key", 16);
  std::string nonce = expand_label(traffic_secret_, "iv", 12);  // as it is, since the record's number is 0
  std::string sealed(plain);
  sealed += inner_type;
  const std::size_t size = sealed.size() + kTagBytes;
  std::string record{'\x17', '\x03', '\x03', static_cast<char>(size >> 8), static_cast<char>(size)};
  std::string tag(kTagBytes, '\0');
  EVP_CIPHER_CTX* const cipher = EVP_CIPHER_CTX_new();
  int done = 0;
  const auto length = static_cast<int>(sealed.size());
  FOOTFALL_CHECK(EVP_EncryptInit_ex(cipher, EVP_aes_128_gcm(), nullptr, bytes_of(key), bytes_of(nonce)) == 1 &&
                 EVP_EncryptUpdate(cipher, nullptr, &done, bytes_of(record), static_cast<int>(record.size())) == 1 &&
                 EVP_EncryptUpdate(cipher, bytes_of(sealed), &done, bytes_of(sealed), length) == 1 &&
                 EVP_EncryptFinal_ex(cipher, bytes_of(sealed) + done, &done) == 1 &&
                 EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, kTagBytes, tag.data()) == 1);
  EVP_CIPHER_CTX_free(cipher);
  return record + sealed + tag;
}

Session::Outcome exchange(TestClient& client, Session& server, std::string& plain, std::size_t piece) {
  std::string buffer(64 * 1024, '\0');
  auto outcome = Session::Outcome::more;
  for (;;) {
    client.handshake();
    const std::string sent = client.take_output();
    if (sent.empty()) return outcome;
    std::string answer;
    std::string arrived;
    for (std::size_t at = 0; at < sent.size(); at += piece) {
      arrived.append(sent, at, piece);
      std::string_view received = arrived;
      for (;;) {
        const Session::Read read = server.read(received, buffer.data(), buffer.size(), answer);
        outcome = read.outcome;
        if (outcome != Session::Outcome::data) break;
        plain.append(buffer, 0, read.bytes);
      }
      if (outcome == Session::Outcome::failed) break;
      arrived.erase(0, arrived.size() - received.size());
    }
    client.feed(answer);
    if (outcome == Session::Outcome::failed || outcome == Session::Outcome::closed) {
      client.handshake();
      return outcome;
    }
  }
}

}  // namespace footfall::tls
