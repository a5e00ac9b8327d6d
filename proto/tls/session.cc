// OpenSSL reads and writes through a BIO. Ours has no buffer: it reads from what was received and appends to `out`. So
// the socket is read and written once for many records, where OpenSSL's own socket BIO would make a call for each.
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
  ERR_clear_error();
  transport_ = {&received, &out};
  std::size_t bytes = 0;
  const int result = SSL_read_ex(ssl_, plain, size, &bytes);
  const int error = result == 1 ? SSL_ERROR_NONE : SSL_get_error(ssl_, result);
  transport_ = {};
  established_ = established_ || SSL_is_init_finished(ssl_) == 1;
  switch (error) {
    case SSL_ERROR_NONE:
      return {Outcome::data, bytes};
    case SSL_ERROR_WANT_READ:
      return {Outcome::more};
    case SSL_ERROR_ZERO_RETURN:
      return {Outcome::closed};
    default:
      ERR_clear_error();
      return {Outcome::failed};
  }
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
