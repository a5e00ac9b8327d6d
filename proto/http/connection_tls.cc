// What TLS adds to a connection: between reading and parsing, and between answering and sending. During the handshake
// only the session has something to say; what it says leaves with the next flush, as its tickets do with the first
// answer.
#include <utility>

#include "proto/http/connection.h"
#include "proto/http/socket_io.h"

namespace footfall::http {

void Connection::decrypt(std::string_view received) {
  if (undecrypted_.empty()) {
    record_ms_ = manager_.now_ms;
    undecrypted_.assign(decrypt_whole_records(received));
    return;
  }
  std::string all = std::move(undecrypted_);
  undecrypted_.clear();
  all += received;
  const std::string_view rest = decrypt_whole_records(all);
  if (rest.empty()) return;
  all.erase(0, all.size() - rest.size());
  undecrypted_ = std::move(all);
}

// Returns what is left, a part of a record. Everything before it is decrypted at once, so that a pause of the parser
// leaves nothing in the session; the parser keeps what it cannot take yet.
std::string_view Connection::decrypt_whole_records(std::string_view received) {
  using Outcome = tls::Session::Outcome;
  while (!stop_reading_ && life_ == Life::open) {
    const bool was_handshaking = is_handshaking();
    const std::size_t before = received.size();
    const tls::Session::Read read = tls_->read(received, manager_.input.get(), kReadBytes, manager_.encrypted_output);
    if (was_handshaking && received.size() < before) active_ms = manager_.now_ms;
    if (was_handshaking && !is_handshaking()) finish_handshake();
    switch (read.outcome) {
      case Outcome::data:
        record_ms_ = manager_.now_ms;
        take(manager_.input.get(), read.bytes);
        break;
      case Outcome::more:
        return received;
      case Outcome::closed:
        end_requests();
        return {};
      case Outcome::failed:
        give_up_session();
        return {};
    }
  }
  if (!received.empty()) linger_ = true;
  return {};
}

// The alert that says why is in the output. Answers that are still owed cannot be sent any more.
void Connection::give_up_session() {
  if (is_handshaking()) {
    manager_.end_handshake(*this);
    manager_.counters.handshakes_failed.add();
  }
  end_requests();
  while (first_ != nullptr) drop_first();
  manager_.output.clear();
  linger_ = true;
}

void Connection::finish_handshake() {
  manager_.end_handshake(*this);
  (tls_->is_resumed() ? manager_.counters.handshakes_resumed : manager_.counters.handshakes_full).add();
  stage_ms_ = record_ms_ = manager_.now_ms;  // the first request is waited for from now on
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
