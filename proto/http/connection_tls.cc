// What TLS adds to a connection: between reading and parsing, and between answering and sending. During the handshake
// only the session has something to say; what it says leaves with the next flush, as its tickets do with the first
// answer.
#include <utility>

#include "proto/http/connection.h"
#include "proto/http/socket_io.h"

namespace footfall::http {

// Takes `size` bytes that were received. Everything is decrypted at once, so that a pause of the parser leaves nothing
// in the session; the parser keeps what it cannot take yet.
void Connection::decrypt(std::size_t size) {
  using Outcome = tls::Session::Outcome;
  std::string_view received(manager_.encrypted_input.get(), size);
  while (!stop_reading_ && life_ == Life::open) {
    const bool was_handshaking = is_handshaking();
    const tls::Session::Read read = tls_->read(received, manager_.input.get(), kReadBytes, manager_.encrypted_output);
    if (was_handshaking && !is_handshaking()) finish_handshake();
    switch (read.outcome) {
      case Outcome::data:
        take(manager_.input.get(), read.bytes);
        break;
      case Outcome::more:
        return;
      case Outcome::closed:
        return end_requests();
      case Outcome::failed:
        return give_up_session();
    }
  }
  if (!received.empty()) linger_ = true;
}

// The alert that says why is in the output. Answers that are still owed cannot be sent any more.
void Connection::give_up_session() {
  if (is_handshaking()) manager_.counters.handshakes_failed.add();
  end_requests();
  while (first_ != nullptr) drop_first();
  manager_.output.clear();
  linger_ = true;
}

void Connection::finish_handshake() {
  manager_.end_handshake();
  (tls_->is_resumed() ? manager_.counters.handshakes_resumed : manager_.counters.handshakes_full).add();
  stage_ms_ = manager_.now_ms;  // the first request is waited for from now on
}

// Encrypts the answers in the manager's output, behind what the session itself has to say. Returns what goes to the
// socket.
std::string& Connection::encrypt_output() {
  std::string& encrypted = manager_.encrypted_output;
  const bool written = tls_->write(manager_.output, encrypted);
  manager_.output.clear();
  if (!written) {
    kill();
  } else if (stop_reading_ && first_ == nullptr) {
    tls_->end(encrypted);
  }
  return encrypted;
}

}  // namespace footfall::http
