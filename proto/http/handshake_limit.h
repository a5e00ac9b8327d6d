// Who may begin a TLS handshake, and whose unfinished one ends for it. A full handshake costs a worker many times what
// a redirect does, and an unfinished one holds memory, so strangers must not be able to ask for any number. A client,
// which is an IPv4 address or an IPv6 /64, begins at most `per_client_s` a second, with twice as many at once after a
// pause. Clients are counted in a table of fixed size, of which two may share a place.
//
// At most `open_max` are unfinished at once. Beyond, a sixteenth of them ends for who comes: the oldest of clients that
// have more than a sixteenth unfinished; where there are none, the oldest of all. So one client cannot shut the others
// out. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "proto/base/crypto.h"
#include "proto/http/message.h"

namespace footfall::http {

class Connection;

class HandshakeLimit {
 public:
  HandshakeLimit(std::int64_t open_max, std::int64_t per_client_s);  // per_client_s 0: any number

  // Whether a client may begin one, which then counts as one of this second.
  bool may_begin(const Address& client, std::int64_t now_ms);
  // Those that have to end before another begins. They count until finished() is called for each.
  std::vector<Connection*> find_those_in_the_way() const;
  void begun(Connection& connection, const Address& client);
  void finished(const Connection& connection);  // does nothing if it is not among the unfinished

 private:
  struct Bucket {
    std::int64_t left_thousandths = 0;
    std::int64_t filled_ms = 0;
  };
  struct Unfinished {
    Connection* connection;
    Address client;
  };

  const std::size_t open_max_;
  const std::int64_t per_client_s_;
  Key128 key_;  // nobody can choose addresses that share a place with another's
  std::vector<Bucket> buckets_;
  std::vector<Unfinished> unfinished_;  // oldest first
};

}  // namespace footfall::http
