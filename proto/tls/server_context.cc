// The files are read with OpenSSL's own readers. Callbacks find what belongs to a context by its application data:
// the ServedCertificate for OCSP, the TicketKeys for tickets.
#include "proto/tls/server_context.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "proto/base/bytes.h"
#include "proto/tls/staple.h"
#include "proto/tls/ticket_keys.h"

namespace footfall::tls {
namespace {

constexpr const char* kCiphersOfTls12 =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
// The cheapest first, which is safe enough: its handshake hashes with SHA-256, for which processors have instructions.
constexpr const char* kCiphersOfTls13 = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr const char* kGroups = "X25519:P-256:P-384";
constexpr std::string_view kHttp11 = "\x08http/1.1";
constexpr unsigned char kSessionContext[] = "footfall";

int context_data_of_tickets() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned int offered_size, void*) {
  const auto* ours = reinterpret_cast<const unsigned char*>(kHttp11.data());
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, size, ours, static_cast<unsigned>(kHttp11.size()), offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;  // a client that speaks HTTP/2 only would not understand us
  }
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

// OpenSSL frees what it is given, so each handshake gets a copy.
int staple(SSL* ssl, void*) {
  const auto* served = static_cast<const ServedCertificate*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  if (served == nullptr || !served->info.is_stapled(served->clock->wall_us() / 1'000'000)) return SSL_TLSEXT_ERR_NOACK;
  void* copy = OPENSSL_memdup(served->staple.data(), served->staple.size());
  if (copy == nullptr) return SSL_TLSEXT_ERR_NOACK;
  SSL_set_tlsext_status_ocsp_resp(ssl, static_cast<unsigned char*>(copy), static_cast<long>(served->staple.size()));
  return SSL_TLSEXT_ERR_OK;
}

bool set_mac_key(EVP_MAC_CTX* mac, TicketKey& key) {
  char digest[] = "SHA256";
  const OSSL_PARAM params[] = {OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.mac.data(), key.mac.size()),
                               OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                               OSSL_PARAM_construct_end()};
  return EVP_MAC_CTX_set_params(mac, params) == 1;
}

// What OpenSSL asks for each ticket: with `sealing`, a key and a nonce for a new one; else the key that is named. 0: no
// such key, which leads to a full handshake; 2: good, and a newer ticket should follow.
int find_ticket_key(SSL* ssl, unsigned char* name, unsigned char* nonce, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
                    int sealing) {
  auto* keys = static_cast<TicketKeys*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), context_data_of_tickets()));
  TicketKeys::Found found;
  if (sealing != 0) {
    found = {keys->current(), true};
    std::copy(found.key.name.begin(), found.key.name.end(), name);
    if (RAND_bytes(nonce, EVP_MAX_IV_LENGTH) != 1) return -1;
  } else {
    std::array<std::uint8_t, 16> wanted;
    std::copy_n(name, wanted.size(), wanted.begin());
    const auto known = keys->find(wanted);
    if (!known) return 0;
    found = *known;
  }
  const int direction = sealing != 0 ? 1 : 0;
  const bool ready =
      EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), nullptr, found.key.cipher.data(), nonce, direction) == 1 &&
      set_mac_key(mac, found.key);
  OPENSSL_cleanse(&found.key, sizeof found.key);
  if (!ready) return -1;
  return found.is_current ? 1 : 2;
}

ContextPointer make_context(Version minimum, TicketKeys& tickets) {
  ContextPointer context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* const raw = context.get();
  if (raw == nullptr) return nullptr;
  SSL_CTX_set_options(raw, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                               SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(raw, 1);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);  // tickets only: nothing is kept for a client
  SSL_CTX_set_timeout(raw, kTicketLifeS);
  SSL_CTX_set_alpn_select_cb(raw, choose_protocol, nullptr);
  const int version = minimum == Version::tls_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;
  const bool ready = SSL_CTX_set_min_proto_version(raw, version) == 1 && SSL_CTX_set_num_tickets(raw, 1) == 1 &&
                     SSL_CTX_set_cipher_list(raw, kCiphersOfTls12) == 1 &&
                     SSL_CTX_set_ciphersuites(raw, kCiphersOfTls13) == 1 &&
                     SSL_CTX_set1_groups_list(raw, kGroups) == 1 &&
                     SSL_CTX_set_session_id_context(raw, kSessionContext, sizeof kSessionContext - 1) == 1 &&
                     SSL_CTX_set_tlsext_ticket_key_evp_cb(raw, find_ticket_key) == 1 &&
                     SSL_CTX_set_tlsext_status_cb(raw, staple) == 1 &&
                     SSL_CTX_set_ex_data(raw, context_data_of_tickets(), &tickets) == 1;
  return ready ? std::move(context) : nullptr;
}

// Asked for the passphrase of a private key. Without this OpenSSL would ask on the terminal and wait.
int no_passphrase(char*, int, int, void* was_asked) {
  *static_cast<bool*>(was_asked) = true;
  return -1;
}

// The DNS names of a certificate, in lower case, from its subject alternative names: no client looks at the common
// name any more.
std::vector<std::string> names_of(const X509* certificate) {
  std::vector<std::string> names;
  auto* all = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(all); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(all, i);
    if (name->type != GEN_DNS) continue;
    const auto* text = reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName));
    names.push_back(to_lower_ascii({text, static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName))}));
  }
  GENERAL_NAMES_free(all);
  return names;
}

// What is stapled is optional, so it never stops the certificate.
void add_staple(ServedCertificate& served, X509* certificate) {
  STACK_OF(X509)* others = nullptr;
  SSL_CTX_get0_chain_certs(served.context.get(), &others);
  auto staple = read_staple(served.info.folder + "/ocsp.der", certificate, others);
  if (!staple) {
    served.info.staple_refusal = staple.error().message;
    return;
  }
  served.staple = std::move(staple->der);
  served.info.staple_begins_s = staple->begins_s;
  served.info.staple_ends_s = staple->ends_s;
}

}  // namespace

void FreeContext::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

std::string last_openssl_error() {
  char text[256] = "no reason given";
  const unsigned long error = ERR_get_error();
  if (error != 0) ERR_error_string_n(error, text, sizeof text);
  ERR_clear_error();
  return text;
}

Result<std::unique_ptr<ServedCertificate>> read_certificate(const std::string& folder, Version minimum,
                                                            TicketKeys& tickets, const Clock& clock) {
  ERR_clear_error();
  const std::string chain = folder + "/fullchain.pem";
  const std::string key = folder + "/privkey.pem";
  auto served = std::make_unique<ServedCertificate>();
  served->context = make_context(minimum, tickets);
  SSL_CTX* const context = served->context.get();
  if (context == nullptr) return internal("OpenSSL: " + last_openssl_error());
  bool is_encrypted = false;
  SSL_CTX_set_default_passwd_cb(context, no_passphrase);
  SSL_CTX_set_default_passwd_cb_userdata(context, &is_encrypted);
  if (SSL_CTX_use_certificate_chain_file(context, chain.c_str()) != 1) {
    return invalid(chain + ": no certificate chain in PEM: " + last_openssl_error());
  }
  const bool has_key = SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) == 1;
  SSL_CTX_set_default_passwd_cb_userdata(context, nullptr);  // what it points to ends here
  if (is_encrypted) {
    ERR_clear_error();
    return invalid(key + ": the private key is encrypted; it must be stored without a passphrase");
  }
  if (!has_key) {
    return invalid(key + ": not the certificate's private key in PEM: " + last_openssl_error());
  }
  X509* const certificate = SSL_CTX_get0_certificate(context);
  served->info.folder = folder;
  served->info.names = names_of(certificate);
  if (served->info.names.empty()) return invalid(chain + ": the certificate names no host");
  served->info.begins_s = seconds_of(X509_get0_notBefore(certificate));
  served->info.expires_s = seconds_of(X509_get0_notAfter(certificate));
  served->clock = &clock;
  add_staple(*served, certificate);
  SSL_CTX_set_app_data(context, served.get());
  return served;
}

}  // namespace footfall::tls
