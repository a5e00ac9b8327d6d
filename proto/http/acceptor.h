// The ports of a server: accepts what comes, makes room when the server is full, and stops listening for a while when
// there is none to be made (server.h has the rules). With TLS it gives a connection its session, or closes it if its
// handshake would be one too many. One thread, the server's.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>

#include "proto/base/result.h"
#include "proto/http/connection_manager.h"
#include "proto/http/listener.h"
#include "proto/http/server.h"

namespace footfall::http {

class Acceptor {
 public:
  // All outlive it.
  Acceptor(const ServerOptions& options, boost::asio::io_context& io, ConnectionManager& manager)
      : options_(options), manager_(manager), retry_timer_(io) {}

  // Listens on the ports of the options, or says why not.
  Result<void> open();
  // From now on the epoll set `poll_fd` reports connections that wait. False: the kernel refuses.
  bool watch(int poll_fd);
  std::uint16_t port() const { return plain_.number; }
  std::uint16_t tls_port() const { return tls_.number; }

  // Whether an event of the epoll set was for a port; accept_some() then accepts there.
  bool is_ready(const void* event_data);
  void accept_some();
  void listen_again_if_there_is_room();  // after every wake-up; does nothing unless listening has stopped
  void close();                          // after accepting what waits, in bounds; closing alone would reset it

 private:
  struct Port {
    Listener listener;
    std::uint16_t number = 0;
    bool paused = false;  // it does not listen: the server is full
    bool ready = false;   // connections wait, as this round found
    bool is_open() const { return listener.fd() >= 0; }
  };

  std::array<Port*, 2> ports() { return {&plain_, &tls_}; }
  Result<void> open_port(Port& port, std::uint16_t number, int listen_fd);
  bool watch_port(Port& port);
  void ignore_port(const Port& port);
  bool accept_one(Port& port);
  void open_connection(const Port& port, int fd, const Address& peer);
  void refuse_for_want_of_descriptors();
  void stop_listening();
  bool has_room_again();

  const ServerOptions& options_;
  ConnectionManager& manager_;
  boost::asio::steady_timer retry_timer_;  // after EMFILE
  int poll_fd_ = -1;
  Port plain_;
  Port tls_;             // not open: the server has no TLS
  bool paused_ = false;  // a port does not listen
  int turned_away_ = 0;  // in this round: the server was full of connections that it needs more
  std::int64_t paused_ms_ = 0;
  std::int64_t resumed_ms_ = 0;
  std::int64_t pause_ms_ = 0;  // how long a pause lasts at least, if the server does not become half empty
};

}  // namespace footfall::http
