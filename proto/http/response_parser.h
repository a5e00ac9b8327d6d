// Reads one answer of an upstream, bounded and strict, from bytes as they come.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "proto/base/result.h"
#include "proto/http/client.h"
#include "proto/http/message.h"

namespace footfall::http {

class ResponseParser {
 public:
  ResponseParser(Method method, std::size_t header_bytes_max, std::size_t body_bytes_max);
  ~ResponseParser();
  ResponseParser(const ResponseParser&) = delete;
  ResponseParser& operator=(const ResponseParser&) = delete;

  // Takes what it can from the front of `bytes` and leaves the rest to be given again, with more behind it. An error:
  // this is not HTTP, or too large; the connection is of no further use.
  Result<void> feed(std::string& bytes);
  // The connection was closed: that ends an answer of unannounced length, and is an error for any other.
  Result<void> feed_end();

  bool is_done() const;
  bool may_reuse_connection() const;  // once done
  ClientResponse& response();

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace footfall::http
