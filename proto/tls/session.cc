// OpenSSL reads and writes through a BIO. Ours has no buffer: it reads from what was received and appends to `out`. So
// the socket is read and written once for many records, where OpenSSL's own socket BIO would make a call for each.
//
// OpenSSL is given whole records only, and no message of the handshake that is longer than any client's. Otherwise it
// would keep 16 KiB for half a record and 128 KiB for the announcement of a long ClientHello, where nobody counts them.
#include "proto/tls/session.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "proto/base/result.h"
#include "proto/tls/certificates.h"

namespace footfall::tls {
namespace {

constexpr std::size_t kRecordHeadBytes = 5;   // type, version, length
constexpr std::size_t kMessageHeadBytes = 4;  // type, length
constexpr std::size_t kMessageBytesMax = 16 * 1024 - kMessageHeadBytes;
constexpr char kChangeCipherSpec = 20;
constexpr char kHandshake = 22;
constexpr char kApplicationData = 23;
constexpr std::string_view kDecodeErrorAlert("\x15\x03\x03\x00\x02\x02\x32", 7);

std::size_t number_at(std::string_view bytes, std::size_t from, std::size_t size) {
  std::size_t number = 0;
  for (const char byte : bytes.substr(from, size)) number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

// Of the record at the front, with its head. 0: its head is not whole yet. More than kRecordBytesMax: it is no record.
std::size_t record_bytes(std::string_view received) {
  if (received.empty()) return 0;
  if (received[0] < kChangeCipherSpec || received[0] > kApplicationData) return Session::kRecordBytesMax + 1;
  return received.size() < kRecordHeadBytes ? 0 : kRecordHeadBytes + number_at(received, 3, 2);
}

Session::Transport& transport_of(BIO* bio) { return *static_cast<Session::Transport*>(BIO_get_data(bio)); }

int bio_read(BIO* bio, char* to, std::size_t size, std::size_t* read) {
  BIO_clear_retry_flags(bio);
  std::string_view* const received = transport_of(bio).received;
  if (received == nullptr || received->empty()) {
    BIO_set_retry_read(bio);
    return 0;
  }
  *read = std::min(size, received->size());
  std::memcpy(to, received->data(), *read);
  received->remove_prefix(*read);
  return 1;
}

int bio_write(BIO* bio, const char* from, std::size_t size, std::size_t* written) {
  BIO_clear_retry_flags(bio);
  std::string* const out = transport_of(bio).out;
  if (out != nullptr) out->append(from, size);
  *written = size;
  return 1;
}

long bio_control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

const BIO_METHOD* transport_method() {
  static const BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "footfall");
    FOOTFALL_CHECK(made != nullptr);
    BIO_meth_set_read_ex(made, bio_read);
    BIO_meth_set_write_ex(made, bio_write);
    BIO_meth_set_ctrl(made, bio_control);
    return made;
  }();
  return method;
}

}  // namespace

Session::Session(std::shared_ptr<const Certificates> certificates)
    : certificates_(std::move(certificates)), ssl_(SSL_new(certificates_->context_for({}))) {
  BIO* const bio = BIO_new(transport_method());
  FOOTFALL_CHECK(ssl_ != nullptr && bio != nullptr);
  BIO_set_data(bio, &transport_);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_, bio, bio);
  SSL_set_accept_state(ssl_);
}

Session::~Session() { SSL_free(ssl_); }

Session::Read Session::read(std::string_view& received, char* plain, std::size_t size, std::string& out) {
  for (;;) {
    std::string_view record;
    if (SSL_pending(ssl_) == 0) {
      const std::size_t whole = record_bytes(received);
      if (whole > kRecordBytesMax) return fail(out);
      if (whole == 0 || whole > received.size()) return {Outcome::more};
      record = received.substr(0, whole);
      received.remove_prefix(whole);
      if (!established_ && !admits(record)) return fail(out);
    }
    ERR_clear_error();
    transport_ = {&record, &out};
    std::size_t bytes = 0;
    const int result = SSL_read_ex(ssl_, plain, size, &bytes);
    const int error = result == 1 ? SSL_ERROR_NONE : SSL_get_error(ssl_, result);
    transport_ = {};
    established_ = established_ || SSL_is_init_finished(ssl_) == 1;
    if (error == SSL_ERROR_NONE) return {Outcome::data, bytes};
    if (error == SSL_ERROR_ZERO_RETURN) return {Outcome::closed};
    const bool has_half_a_message = established_ && SSL_in_init(ssl_) == 1;
    if (error != SSL_ERROR_WANT_READ || has_half_a_message) {
      ERR_clear_error();
      return {Outcome::failed};
    }
  }
}

Session::Read Session::fail(std::string& out) {
  if (!established_) out += kDecodeErrorAlert;
  return {Outcome::failed};
}

// Follows the messages of the handshake through its records as long as they are readable. False: one is too long.
// In TLS 1.3 encrypted ones come as application data; in TLS 1.2 they follow a ChangeCipherSpec.
bool Session::admits(std::string_view record) {
  if (record[0] == kChangeCipherSpec && SSL_version(ssl_) == TLS1_2_VERSION) hides_messages_ = true;
  if (record[0] != kHandshake || hides_messages_) return true;
  record.remove_prefix(kRecordHeadBytes);
  while (!record.empty()) {
    const std::size_t skipped = std::min(message_left_, record.size());
    message_left_ -= skipped;
    record.remove_prefix(skipped);
    const std::string_view head = record.substr(0, kMessageHeadBytes - message_head_.size());
    message_head_ += head;
    record.remove_prefix(head.size());
    if (message_head_.size() < kMessageHeadBytes) return true;
    message_left_ = number_at(message_head_, 1, 3);
    message_head_.clear();
    if (message_left_ > kMessageBytesMax) return false;
  }
  return true;
}

bool Session::write(std::string_view plain, std::string& out) {
  if (plain.empty()) return true;
  ERR_clear_error();
  transport_ = {nullptr, &out};
  std::size_t written = 0;
  const int result = SSL_write_ex(ssl_, plain.data(), plain.size(), &written);
  transport_ = {};
  return result == 1 && written == plain.size();
}

void Session::end(std::string& out) {
  if (is_handshaking() || (SSL_get_shutdown(ssl_) & SSL_SENT_SHUTDOWN) != 0) return;
  ERR_clear_error();
  transport_ = {nullptr, &out};
  SSL_shutdown(ssl_);
  transport_ = {};
}

bool Session::is_resumed() const { return SSL_session_reused(ssl_) == 1; }

}  // namespace footfall::tls
