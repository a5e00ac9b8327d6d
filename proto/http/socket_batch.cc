// The ring's operations complete while they are submitted, because the sockets are asked not to wait. So one call of
// io_uring_enter carries out the whole batch, and its completions are there when it returns.
#include "proto/http/socket_batch.h"

#include <liburing.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

#include "proto/base/logging.h"
#include "proto/base/result.h"
#include "proto/http/socket_io.h"

namespace footfall::http {

namespace {

constexpr int kUndecided = std::numeric_limits<int>::min();  // no result: the kernel has not said

// Before 5.6 there was neither this question nor the operations.
bool knows_send_and_recv(io_uring* ring) {
  io_uring_probe* const probe = ::io_uring_get_probe_ring(ring);
  if (probe == nullptr) return false;
  const bool can = ::io_uring_opcode_supported(probe, IORING_OP_SEND) != 0 &&
                   ::io_uring_opcode_supported(probe, IORING_OP_RECV) != 0;
  ::io_uring_free_probe(probe);
  return can;
}

}  // namespace

RingCalls RingCalls::of_the_kernel() {
  return {knows_send_and_recv, [](io_uring* ring) { return ::io_uring_submit(ring); },
          [](io_uring* ring, io_uring_cqe** completion) { return ::io_uring_wait_cqe(ring, completion); }};
}

struct SocketBatch::Ring {
  io_uring ring = {};
  bool is_open = false;
  ~Ring() {
    if (is_open) ::io_uring_queue_exit(&ring);
  }
};

SocketBatch::SocketBatch(bool with_io_uring, RingCalls calls) : calls_(std::move(calls)) {
  if (!with_io_uring) return;
  auto ring = std::make_unique<Ring>();
  if (const int failed = ::io_uring_queue_init(kMax, &ring->ring, 0); failed != 0) {
    log_info("http.io_uring.unavailable", {{"error", std::strerror(-failed)}});
    return;
  }
  ring->is_open = true;
  if (!calls_.can_send_and_receive(&ring->ring)) {
    log_info("http.io_uring.unavailable", {{"error", "this kernel's has no send and recv"}});
    return;
  }
  ring_ = std::move(ring);
}

SocketBatch::~SocketBatch() = default;

void SocketBatch::receive(int fd, std::span<char> into) {
  FOOTFALL_CHECK(!full());
  operations_[count_++] = {fd, false, into.data(), into.size()};
}

void SocketBatch::send(int fd, std::string_view bytes) {
  FOOTFALL_CHECK(!full());
  operations_[count_++] = {fd, true, const_cast<char*>(bytes.data()), bytes.size()};
}

std::span<const int> SocketBatch::run() {
  const std::size_t count = count_;
  std::size_t done = ring_ != nullptr && count >= kWorthARing ? run_by_ring() : 0;
  for (; done < count; ++done) {
    const Operation& each = operations_[done];
    const ssize_t result =
        each.sends ? send_to(each.fd, each.bytes, each.size, 0) : receive_from(each.fd, each.bytes, each.size);
    results_[done] = result < 0 ? -errno : static_cast<int>(result);
  }
  count_ = 0;
  return {results_.data(), count};
}

std::size_t SocketBatch::run_by_ring() {
  io_uring& ring = ring_->ring;
  for (std::size_t i = 0; i < count_; ++i) {
    const Operation& each = operations_[i];
    io_uring_sqe* const entry = ::io_uring_get_sqe(&ring);
    if (each.sends) {
      ::io_uring_prep_send(entry, each.fd, each.bytes, each.size, MSG_NOSIGNAL | MSG_DONTWAIT);
    } else {
      ::io_uring_prep_recv(entry, each.fd, each.bytes, each.size, MSG_DONTWAIT);
    }
    ::io_uring_sqe_set_data64(entry, i);
  }
  const int submitted = calls_.submit(&ring);
  const std::size_t done = submitted > 0 ? static_cast<std::size_t>(submitted) : 0;
  std::fill_n(results_.begin(), done, kUndecided);
  const int failed = collect_results(done);
  if (done == count_ && failed == 0) return done;
  // Either the kernel lacks memory, and what it has not taken is still in the ring; or it does not say what became of
  // what it took.
  const int error = failed != 0 ? -failed : submitted < 0 ? -submitted : EAGAIN;
  log_warn("http.io_uring.failed", {{"error", std::strerror(error)}});
  for (std::size_t i = 0; i < done; ++i) {
    if (results_[i] == kUndecided) give_up(i);
  }
  ring_.reset();
  return done;
}

// Of `submitted` operations. 0, or -errno: not all are there.
int SocketBatch::collect_results(std::size_t submitted) {
  for (std::size_t i = 0; i < submitted; ++i) {
    io_uring_cqe* completion = nullptr;
    int failed = 0;
    while ((failed = calls_.wait(&ring_->ring, &completion)) == -EINTR) {
    }
    if (failed != 0) return failed;
    results_[::io_uring_cqe_get_data64(completion)] = completion->res;
    ::io_uring_cqe_seen(&ring_->ring, completion);
  }
  return 0;
}

// Nobody knows how much was sent or received. The socket is shut down, so that nothing more leaves by it from memory
// that may be another's by then.
void SocketBatch::give_up(std::size_t i) {
  ::shutdown(operations_[i].fd, SHUT_RDWR);
  results_[i] = -EIO;
}

}  // namespace footfall::http
