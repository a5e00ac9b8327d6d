// The listening socket of a server. It is bound, or taken over from another owner; connections are accepted without
// waiting; listening can be paused. It is in the server's own epoll set beside the connections, not in Asio's. One
// thread.
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

  // Listens as the options say, on the port and descriptor given, or says why not.
  Result<void> open(const ServerOptions& options, std::uint16_t port, int listen_fd);
  int fd() const { return fd_; }  // -1: not open
  std::uint16_t port() const;

  // Takes a connection that waits, as a non-blocking socket. `none`: there is none; `failed`: the system refuses,
  // mostly because descriptors have run out.
  enum class Outcome : std::uint8_t { accepted, none, failed };
  Outcome accept(int& fd, Address& peer);
  // Stops listening until resume(): the kernel refuses new connections and those that wait, or gives them to another
  // server on this port. Returns false and does nothing if the socket was taken over, because others may share it, or
  // if the kernel chose the port, because it would choose another one.
  bool pause();
  bool resume();
  // For when descriptors have run out: closes connections that wait, at most `most`, with a descriptor that is kept in
  // reserve, so that their clients do not wait in vain. Returns how many.
  std::size_t refuse_waiting(std::size_t most);
  void close();

 private:
  bool bind_and_listen(const ServerOptions& options, std::uint16_t port);
  bool take_over(int listening_fd);

  int fd_ = -1;
  int backlog_ = 0;
  bool can_pause_ = false;
  int spare_fd_;
};

}  // namespace footfall::http
