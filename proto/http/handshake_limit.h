// Who may begin a TLS handshake. A full one costs a worker many times what a redirect does, so strangers must not be
// able to ask for any number: at most `open_max` are unfinished at once, and a client, which is an IPv4 address or an
// IPv6 /64, begins at most `per_client_s` a second, with twice as many at once after a pause. Clients are counted in a
// table of fixed size, of which two may share a place. One thread.
#pragma once

#include <cstdint>
#include <vector>

#include "proto/base/crypto.h"
#include "proto/http/message.h"

namespace footfall::http {

class HandshakeLimit {
 public:
  HandshakeLimit(std::int64_t open_max, std::int64_t per_client_s);  // per_client_s 0: any number

  // True: it has begun, and finished() has to be called once.
  bool begin(const Address& client, std::int64_t now_ms);
  void finished() { --open_; }

 private:
  struct Bucket {
    std::int64_t left_thousandths = 0;
    std::int64_t filled_ms = 0;
  };

  const std::int64_t open_max_;
  const std::int64_t per_client_s_;
  std::int64_t open_ = 0;
  Key128 key_;  // nobody can choose addresses that share a place with another's
  std::vector<Bucket> buckets_;
};

}  // namespace footfall::http
