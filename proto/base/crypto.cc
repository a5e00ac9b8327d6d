// OpenSSL 3 looks an algorithm up by name at every one-shot call, which costs more than hashing a short text. So the
// algorithms are fetched once a process and the contexts are made once a thread.
#include "proto/base/crypto.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <sys/random.h>

#include <bit>
#include <cerrno>
#include <cstring>
#include <memory>

#include "proto/base/result.h"

namespace footfall {
namespace {

struct FreeOpenSsl {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeOpenSsl>;
using MacContext = std::unique_ptr<EVP_MAC_CTX, FreeOpenSsl>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeOpenSsl>;

constexpr std::size_t kNonceBytes = 12;
constexpr int kTagBytes = 16;

unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
int int_of(std::string_view text) { return static_cast<int>(text.size()); }

const EVP_MD* sha256_algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  FOOTFALL_CHECK(algorithm != nullptr);
  return algorithm;
}

MacContext new_hmac_sha256() {
  static EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  FOOTFALL_CHECK(algorithm != nullptr);
  MacContext context(EVP_MAC_CTX_new(algorithm));
  FOOTFALL_CHECK(context != nullptr);
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                   OSSL_PARAM_construct_end()};
  FOOTFALL_CHECK(EVP_MAC_CTX_set_params(context.get(), parameters) == 1);
  return context;
}

// SipHash reads little-endian words.
std::uint64_t load_word(const void* from, std::size_t size) {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t word = 0;
  if (size > 0) std::memcpy(&word, from, size);
  return word;
}

struct SipState {
  std::uint64_t v0, v1, v2, v3;

  explicit SipState(const Key128& key) {
    const std::uint64_t k0 = load_word(key.data(), 8);
    const std::uint64_t k1 = load_word(key.data() + 8, 8);
    v0 = k0 ^ 0x736f6d6570736575u;
    v1 = k1 ^ 0x646f72616e646f6du;
    v2 = k0 ^ 0x6c7967656e657261u;
    v3 = k1 ^ 0x7465646279746573u;
  }
  void round() {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }
  void absorb(std::uint64_t word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }
  void absorb_all(std::string_view data) {
    const std::uint64_t length = data.size();
    for (; data.size() >= 8; data.remove_prefix(8)) absorb(load_word(data.data(), 8));
    absorb(load_word(data.data(), data.size()) | length << 56);
  }
  std::uint64_t finish() {
    for (int i = 0; i < 4; ++i) round();
    return v0 ^ v1 ^ v2 ^ v3;
  }
};

}  // namespace

Digest256 sha256(std::string_view data) {
  thread_local const DigestContext context(EVP_MD_CTX_new());
  Digest256 out;
  FOOTFALL_CHECK(EVP_DigestInit_ex2(context.get(), sha256_algorithm(), nullptr) == 1);
  FOOTFALL_CHECK(EVP_DigestUpdate(context.get(), data.data(), data.size()) == 1);
  FOOTFALL_CHECK(EVP_DigestFinal_ex(context.get(), out.data(), nullptr) == 1);
  return out;
}

Digest256 hmac_sha256(std::string_view key, std::string_view data) {
  thread_local const MacContext context = new_hmac_sha256();
  // A null key means "the last one" to OpenSSL; an empty key must not.
  static constexpr unsigned char kEmpty = 0;
  const auto* key_bytes = key.empty() ? &kEmpty : reinterpret_cast<const unsigned char*>(key.data());
  Digest256 out;
  std::size_t size = 0;
  FOOTFALL_CHECK(EVP_MAC_init(context.get(), key_bytes, key.size(), nullptr) == 1);
  FOOTFALL_CHECK(EVP_MAC_update(context.get(), reinterpret_cast<const unsigned char*>(data.data()), data.size()) == 1);
  FOOTFALL_CHECK(EVP_MAC_final(context.get(), out.data(), &size, out.size()) == 1);
  return out;
}

void random_bytes(void* out, std::size_t size) {
  auto* next = static_cast<std::uint8_t*>(out);
  while (size > 0) {
    const ssize_t got = getrandom(next, size, 0);
    FOOTFALL_CHECK(got > 0 || errno == EINTR);
    if (got <= 0) continue;
    next += got;
    size -= static_cast<std::size_t>(got);
  }
}

std::string random_token(std::size_t characters) {
  static constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  static constexpr std::uint8_t kFair = 256 / kAlphabet.size() * kAlphabet.size();  // bytes above would favour some
  std::string out;
  out.reserve(characters);
  while (out.size() < characters) {
    std::uint8_t bytes[64];
    random_bytes(bytes, sizeof bytes);
    for (const std::uint8_t byte : bytes) {
      if (byte < kFair && out.size() < characters) out += kAlphabet[byte % kAlphabet.size()];
    }
  }
  return out;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string_view as_view(const Digest256& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// A sealed secret is nonce, ciphertext and tag, one after the other.
std::string seal(const Digest256& key, std::string_view context, std::string_view secret) {
  std::string out(kNonceBytes + secret.size() + kTagBytes, '\0');
  random_bytes(out.data(), kNonceBytes);
  const CipherContext cipher(EVP_CIPHER_CTX_new());
  auto* const to = bytes_of(out) + kNonceBytes;
  int size = 0;
  FOOTFALL_CHECK(EVP_EncryptInit_ex2(cipher.get(), EVP_aes_256_gcm(), key.data(), bytes_of(out), nullptr) == 1);
  FOOTFALL_CHECK(EVP_EncryptUpdate(cipher.get(), nullptr, &size, bytes_of(context), int_of(context)) == 1);
  FOOTFALL_CHECK(EVP_EncryptUpdate(cipher.get(), to, &size, bytes_of(secret), int_of(secret)) == 1);
  FOOTFALL_CHECK(EVP_EncryptFinal_ex(cipher.get(), to + size, &size) == 1);
  FOOTFALL_CHECK(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, to + secret.size()) == 1);
  return out;
}

std::optional<std::string> unseal(const Digest256& key, std::string_view context, std::string_view sealed) {
  if (sealed.size() < kNonceBytes + kTagBytes) return std::nullopt;
  std::string out(sealed.size() - kNonceBytes - kTagBytes, '\0');
  const std::string_view text = sealed.substr(kNonceBytes, out.size());
  std::string tag(sealed.substr(kNonceBytes + out.size()));
  const CipherContext cipher(EVP_CIPHER_CTX_new());
  int size = 0;
  FOOTFALL_CHECK(EVP_DecryptInit_ex2(cipher.get(), EVP_aes_256_gcm(), key.data(), bytes_of(sealed), nullptr) == 1);
  FOOTFALL_CHECK(EVP_DecryptUpdate(cipher.get(), nullptr, &size, bytes_of(context), int_of(context)) == 1);
  FOOTFALL_CHECK(EVP_DecryptUpdate(cipher.get(), bytes_of(out), &size, bytes_of(text), int_of(text)) == 1);
  FOOTFALL_CHECK(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) == 1);
  if (EVP_DecryptFinal_ex(cipher.get(), bytes_of(out) + size, &size) != 1) return std::nullopt;
  return out;
}

std::uint64_t siphash(const Key128& key, std::string_view data) {
  SipState state(key);
  state.absorb_all(data);
  state.v2 ^= 0xff;
  return state.finish();
}

std::array<std::uint64_t, 2> siphash128(const Key128& key, std::string_view data) {
  SipState state(key);
  state.v1 ^= 0xee;
  state.absorb_all(data);
  state.v2 ^= 0xee;
  const std::uint64_t first = state.finish();
  state.v1 ^= 0xdd;
  return {first, state.finish()};
}

}  // namespace footfall
