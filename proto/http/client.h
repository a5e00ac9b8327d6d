// An HTTP/1.1 client for one upstream, on an HttpServer's thread (or its own, see own_thread): pooled keep-alive
// connections, our own framing, bounded. Used by the edge's proxy towards core and by tests.
//
// A request is retried once, on a fresh connection, only if the pooled connection turned out closed before any byte of
// an answer came and the method is safe (GET, HEAD, OPTIONS); anything else that fails is reported, never repeated.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/result.h"
#include "proto/http/message.h"

namespace footfall::http {

class HttpServer;

struct ClientOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::int64_t connections_max = 64;  // per client
  std::int64_t queue_max = 256;       // requests that wait for a connection; beyond: unavailable at once
  std::int64_t connect_ms = 1'000;
  std::int64_t answer_ms = 30'000;  // from the last byte sent to the last byte of the answer
  std::int64_t idle_ms = 30'000;
  std::int64_t header_bytes_max = 32 * 1024;
  std::int64_t body_bytes_max = 8 * 1024 * 1024;
  std::int64_t buffer_bytes_max = 64 * 1024 * 1024;  // of all answers that are coming in at the same time
};

struct ClientRequest {  // owned: it outlives the incoming request's buffer
  Method method = Method::get;
  std::string target;
  std::string host;          // value of the Host field
  std::string extra_fields;  // complete lines; no Content-Length, Connection, Transfer-Encoding, Host
  std::string body;
};

struct ClientResponse {
  int status = 0;
  std::string content_type;
  std::vector<std::pair<std::string, std::string>> fields;  // all but hop-by-hop, Content-Length, Content-Type, Date
  std::string body;
  std::int64_t length = -1;  // as Content-Length says, also in the answer to HEAD, where no body comes; -1: unsaid
};

class HttpClient {
 public:
  // On `server`'s thread; send() only from there. `server` outlives it.
  static std::unique_ptr<HttpClient> on(HttpServer& server, const ClientOptions& options);
  virtual ~HttpClient() = default;
  // `done` is called exactly once, on the same thread, possibly before send() returns; it may destroy the client. Not
  // called any more once the client is destroyed. Errors: unavailable (codes "connect", "closed", "queue_full",
  // "buffers_full", "timeout"), internal (an answer that is not HTTP or too large). A request waits at most answer_ms
  // in the queue.
  virtual void send(ClientRequest request, std::function<void(Result<ClientResponse>)> done) = 0;
  virtual std::int64_t open_connections() const = 0;
};

// The same, blocking, for command-line tools and core's few outgoing internal calls.
Result<ClientResponse> fetch(const ClientOptions& options, const ClientRequest& request);

}  // namespace footfall::http
