// Both directions go through memory BIOs, so that a test decides what arrives when.
#include "tests/proto/tls/test_client.h"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <algorithm>

#include "proto/base/result.h"

namespace footfall::tls {

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

Session::Outcome exchange(TestClient& client, Session& server, std::string& plain, std::size_t piece) {
  std::string buffer(64 * 1024, '\0');
  auto outcome = Session::Outcome::more;
  for (;;) {
    client.handshake();
    const std::string sent = client.take_output();
    if (sent.empty()) return outcome;
    std::string answer;
    for (std::size_t at = 0; at < sent.size(); at += piece) {
      std::string_view received = std::string_view(sent).substr(at, piece);
      for (;;) {
        const Session::Read read = server.read(received, buffer.data(), buffer.size(), answer);
        outcome = read.outcome;
        if (outcome != Session::Outcome::data) break;
        plain.append(buffer, 0, read.bytes);
      }
      if (outcome == Session::Outcome::failed) break;
    }
    client.feed(answer);
    if (outcome == Session::Outcome::failed || outcome == Session::Outcome::closed) {
      client.handshake();
      return outcome;
    }
  }
}

}  // namespace footfall::tls
