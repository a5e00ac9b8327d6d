// Receives from and sends to many sockets with one system call, by io_uring. Entering and leaving the kernel is a tenth
// and more of what a small request costs, most of it on machines that switch page tables for it (PTI).
//
// No operation waits: each does what recv(2) or send(2) would do on a socket that does not block. Where the kernel has
// no io_uring or does not allow it, and for a few sockets, which are not worth it, operations are plain system calls
// with the same results. A ring that fails is given up for good, and what it had not taken is done by plain calls. Of
// an operation that it had taken and does not account for, the socket is shut down and the result is -EIO; memory that
// it was to receive into stays the kernel's for as long as the SocketBatch lives.
//
// At most kMax operations at a time. One thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

struct io_uring;      // NOLINT(readability-identifier-naming): as liburing has it
struct io_uring_cqe;  // NOLINT(readability-identifier-naming)

namespace footfall::http {

// What may fail of a ring. Tests put their own in its place. submit and wait are io_uring_submit
// and io_uring_wait_cqe.
struct RingCalls {
  std::function<bool(io_uring*)> can_send_and_receive;
  std::function<int(io_uring*)> submit;
  std::function<int(io_uring*, io_uring_cqe**)> wait;
  static RingCalls of_the_kernel();
};

// What one operation received.
struct Received {
  std::span<char> buffer;
  int result;  // of SocketBatch::run()
};

class SocketBatch {
 public:
  static constexpr std::size_t kMax = 256;
  static constexpr std::size_t kWorthARing = 4;  // fewer operations are plain system calls

  explicit SocketBatch(bool with_io_uring, RingCalls calls = RingCalls::of_the_kernel());
  ~SocketBatch();
  SocketBatch(const SocketBatch&) = delete;
  SocketBatch& operator=(const SocketBatch&) = delete;

  bool uses_io_uring() const { return ring_ != nullptr; }
  bool full() const { return count_ == kMax; }

  // Adds an operation, unless full(). The memory is the caller's until run() has returned.
  void receive(int fd, std::span<char> into);
  void send(int fd, std::string_view bytes);
  // Carries out what was added, in order. The results in the same order, valid until the next operation is added: the
  // bytes received or sent, or -errno.
  std::span<const int> run();

 private:
  struct Ring;
  struct Operation {
    int fd;
    bool sends;
    char* bytes;
    std::size_t size;
  };
  // Returns how many of the operations, from the front, the ring has carried out.
  std::size_t run_by_ring();
  int collect_results(std::size_t submitted);
  void give_up(std::size_t operation);

  const RingCalls calls_;
  std::unique_ptr<Ring> ring_;
  std::size_t count_ = 0;
  std::array<Operation, kMax> operations_;
  std::array<int, kMax> results_;
};

}  // namespace footfall::http
