// The keys under which a server's session tickets are sealed. A ticket lets a client that comes again shorten its
// handshake; the server keeps nothing of it but these keys, which all its workers share. They live in memory only:
// after a restart, clients make a full handshake once.
//
// A key seals tickets for kTicketLifeS, and opens them until it is two lives old. Whoever asks for a key after that
// overwrites it first, which every handshake does. So a ticket is good for its whole life, and what was recorded before
// that cannot be read with what is in memory today; only a server that nobody visits keeps its last two keys for
// longer. Thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "proto/base/clock.h"
#include "proto/base/thread_annotations.h"

namespace footfall::tls {

inline constexpr std::int64_t kTicketLifeS = 2 * 3'600;

struct TicketKey {
  std::array<std::uint8_t, 16> name{};  // stands in the ticket, to find the key again
  std::array<std::uint8_t, 32> cipher{};
  std::array<std::uint8_t, 32> mac{};
};

class TicketKeys {
 public:
  explicit TicketKeys(const Clock& clock) : clock_(clock) {}
  ~TicketKeys();
  TicketKeys(const TicketKeys&) = delete;
  TicketKeys& operator=(const TicketKeys&) = delete;

  // The key for new tickets.
  TicketKey current();
  struct Found {
    TicketKey key;
    bool is_current = false;  // false: the client should get a new ticket
  };
  // The key of a ticket that a client brings; none: it was forgotten, or is not ours.
  std::optional<Found> find(const std::array<std::uint8_t, 16>& name);

 private:
  void rotate() FOOTFALL_REQUIRES(mutex_);

  const Clock& clock_;
  Mutex mutex_;
  std::optional<TicketKey> current_ FOOTFALL_GUARDED_BY(mutex_);
  std::optional<TicketKey> previous_ FOOTFALL_GUARDED_BY(mutex_);
  std::int64_t current_since_us_ FOOTFALL_GUARDED_BY(mutex_) = 0;
  std::int64_t previous_since_us_ FOOTFALL_GUARDED_BY(mutex_) = 0;
};

}  // namespace footfall::tls
