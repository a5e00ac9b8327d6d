// An HTTP/1.1 server on one thread, with its own io_context, listening socket (SO_REUSEPORT) and connections. Several
// of them share nothing.
//
// The guard (GUARD.md) runs before any handler and checks the framing on raw bytes. What it refuses gets an answer,
// which Handler::refusal words in the caller's dialect, and the connection is closed.
//
// Requests of one connection are handled in order. While a deferred answer is owed, later requests of the connection
// wait unparsed. So pipelined requests never overtake each other (RFC 9112 9.3.2), and no connection waits for more
// than one answer from elsewhere.
//
// Bounds: ServerLimits, all of them, per connection and per server; README.md adds them up. When connections_max is
// reached, room is made for who comes: a sixteenth of the connections is closed (counted). A client, which is an IPv4
// address or an IPv6 /64, has a share of a sixteenth of connections_max. First go idle connections of clients above
// their share, then all others of such clients to which no answer is owed, then other idle ones; among equals those
// first that have never said anything, then the one that has waited longest. A newcomer of a client above its share
// gets the place of an idle one of such clients, or is closed at once (counted). A connection is idle if nothing has
// been owed to it for 1 s; if it has said nothing since it came, after 100 ms; if it is in its TLS handshake or has had
// no request since then, after 2 s.
//
// If there is nobody to close, the server stops listening until half of the connections are free, or every 100 ms a
// sixteenth is or somebody can be closed: the kernel then refuses at once who comes, at no cost to those who are
// served, or gives them to another server on the port (pauses are counted). It does the same, for 100 ms to 6.4 s, if
// so many of those that it would close at once come together that closing them is more work than serving. On a socket
// taken over, or a port that the kernel chose, it goes on accepting and closing. EMFILE at accept pauses accepting for
// 100 ms and never ends it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "proto/base/clock.h"
#include "proto/base/metrics.h"
#include "proto/base/result.h"

namespace boost::asio {
class io_context;
}

namespace footfall::tls {
class CertificateStore;
}

namespace footfall::http {

class Handler;

struct ServerLimits {
  std::int64_t connections_max = 10'000;
  std::int64_t header_bytes_max = 16 * 1024;  // request line and header block
  std::int64_t target_bytes_max = 8 * 1024;   // 414 beyond
  std::int64_t fields_max = 64;               // 431 beyond
  std::int64_t body_bytes_max = 64 * 1024;    // 413 beyond; a route may lower it (handler.h)
  std::int64_t first_byte_ms = 5'000;         // from accepting a connection to its first byte
  std::int64_t idle_ms = 65'000;              // between requests; what TLS says beside them does not prolong it
  std::int64_t header_ms = 5'000;             // from the first byte of a request to the end of its header block
  std::int64_t body_ms = 10'000;              // for the whole body, and never slower than bytes_per_s_min
  std::int64_t bytes_per_s_min = 1'000;       // slowest body, and slowest reading of answers; 0: any
  std::int64_t write_ms = 10'000;             // a client that reads nothing, or slower than bytes_per_s_min
  std::int64_t answer_ms = 35'000;            // a deferred answer that never comes: 504
  std::int64_t requests_per_connection_max = 100'000;  // then "Connection: close"
  std::int64_t pipelined_max = 64;                     // answers owed on one connection; reading pauses beyond
  std::int64_t output_bytes_max = 1024 * 1024;         // unsent answers of one connection; reading pauses beyond
  // Incomplete requests and unsent answers of all connections together. Beyond, a connection has one answer owed at
  // most, and those that have kept a buffer longest are closed (counted).
  std::int64_t buffer_bytes_max = 64 * 1024 * 1024;
  std::int64_t handshakes_max = 1'000;         // TLS handshakes that are not finished; beyond, old ones are closed
  std::int64_t handshakes_per_client_s = 100;  // of one client in a second; who comes beyond is closed; 0: any number
};

// A second port of a server, for TLS. After the handshake everything is as on the first port, and the deadline for a
// handshake is that for a header block.
struct TlsPort {
  std::uint16_t port = 0;  // 0: any free port (see HttpServer::tls_port)
  int listen_fd = -1;      // as ServerOptions::listen_fd
  // Outlives the server. Each connection begins with the certificates that it holds then.
  const tls::CertificateStore* certificates = nullptr;
};

struct ServerOptions {
  std::string address = "0.0.0.0";  // "::": every address, of IPv4 as well, and of IPv4 alone where there is no IPv6
  std::uint16_t port = 0;           // 0: any free port (see HttpServer::port)
  int backlog = 4096;
  bool share_port = true;  // SO_REUSEPORT: further servers, also of a successor process, may listen beside it
  // A socket that listens already (systemd's, or of the process before this one). The server keeps a duplicate of it,
  // and address, port and backlog above are not used. Only in this way does a restart lose no connection: closing a
  // listening socket resets the connections that came after the last accept, and with SO_REUSEPORT each server has its
  // own queue.
  int listen_fd = -1;
  std::optional<TlsPort> tls;
  // Receives and sends for many connections with one system call, where the kernel allows it (socket_batch.h).
  bool use_io_uring = false;
  ServerLimits limits;
  std::string name = "footfall";  // the label `server` of its metrics; no Server header is sent
};

class HttpServer {
 public:
  // Binds and listens, or says why not (the port in use is named). `handler`, `clock` and `metrics` outlive it.
  static Result<std::unique_ptr<HttpServer>> listen(const ServerOptions& options, Handler& handler, const Clock& clock,
                                                    Metrics& metrics);
  virtual ~HttpServer() = default;

  virtual std::uint16_t port() const = 0;
  virtual std::uint16_t tls_port() const = 0;  // 0: there is none
  virtual void run() = 0;                      // serves on the calling thread until drained or stopped

  // The following are thread-safe.
  // Decides all tickets up to and including `ticket` that were not decided yet.
  virtual void release(std::uint64_t ticket, bool safe) = 0;
  virtual void post(std::function<void()> work) = 0;  // runs on the server's thread
  // Stop accepting, answer what has been read, close idle connections, end run() when none is left or at the deadline.
  virtual void drain(std::int64_t deadline_ms) = 0;
  virtual void stop() = 0;  // at once

  // The event loop of the server's thread, for an HttpClient on the same thread. Only proto/http may use it.
  virtual boost::asio::io_context& io_context() = 0;
};

}  // namespace footfall::http
