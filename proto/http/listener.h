// The listening socket of a server: bound or taken over, accepted from without waiting, and what to do when descriptors
// run out. Not Asio's: it hangs in the server's own epoll set beside the connections. One thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "proto/base/result.h"
#include "proto/http/message.h"
#include "proto/http/server.h"

namespace footfall::http {

class Listener {
 public:
  Listener();
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // Listens as the options say, or says why not.
  Result<void> open(const ServerOptions& options);
  int fd() const { return fd_; }  // -1: not open
  std::uint16_t port() const;

  // A connection that waits, non-blocking. `none`: there is none; `failed`: the system refuses, mostly for want of
  // descriptors.
  enum class Outcome : std::uint8_t { accepted, none, failed };
  Outcome accept(int& fd, Address& peer);
  // Stops listening: the kernel refuses who comes, and who waited, or gives them to another server on this port.
  // resume() goes on. False, and nothing happens, with a socket taken over, which others may share, and on a port that
  // the kernel chose, which it would choose again.
  bool pause();
  bool resume();
  // Out of descriptors: one is kept in reserve so that who waits is turned away instead of left hanging. Returns how
  // many.
  std::size_t refuse_waiting(std::size_t most);
  void close();

 private:
  bool bind_and_listen(const ServerOptions& options);
  bool take_over(int listening_fd);

  int fd_ = -1;
  int backlog_ = 0;
  bool can_pause_ = false;
  int spare_fd_;
};

}  // namespace footfall::http
