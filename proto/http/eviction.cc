// Chooses the connections that are closed when a server is full. The list of all connections is looked through only
// then, and a sixteenth of them goes at a time, so that a flood of new connections costs little more than accepting
// them.
#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "proto/http/connection.h"
#include "proto/http/connection_manager.h"
#include "proto/http/limited_network.h"

namespace footfall::http {
namespace {

constexpr std::int64_t kShareDivisor = 16;
constexpr std::int64_t kShareMin = 8;
constexpr std::int64_t kLookAgainMs = 10;
constexpr std::int64_t kNewMs = 100;              // within which a new connection is expected to send something
constexpr std::int64_t kRestMs = 1'000;           // a connection whose requests follow each other faster is busy
constexpr std::int64_t kHandshakeRestMs = 2'000;  // as long as bytes may be on their way that were sent twice

}  // namespace

std::optional<EvictionRank> Connection::eviction_rank(bool is_above_share) const {
  if (life_ == Life::lingering) return EvictionRank::ending;
  const bool owes_nothing = first_ == nullptr && unsent_.empty();
  if (life_ == Life::dead || !owes_nothing) return std::nullopt;
  const bool has_part_of_request = stage_ != Stage::idle || !unparsed_.empty() || !undecrypted_.empty();
  const bool is_idle = (!has_part_of_request || is_handshaking()) && !serve_queued;
  const bool has_begun_tls = tls_ != nullptr && !is_silent;
  const std::int64_t rest_ms = requests_ > 0 ? kRestMs : has_begun_tls ? kHandshakeRestMs : kNewMs;
  const bool rests = active_ms + rest_ms <= manager_.now_ms;
  if (is_idle && rests) return is_above_share ? EvictionRank::idle_above_share : EvictionRank::idle;
  return is_above_share ? std::optional(EvictionRank::above_share) : std::nullopt;
}

void ConnectionManager::count_buffers(Connection& connection, std::size_t bytes, bool is_buffering) {
  buffer_bytes_ = buffer_bytes_ - connection.accounted_bytes + bytes;
  connection.accounted_bytes = bytes;
  if (connection.is_buffering != is_buffering) {
    connection.is_buffering = is_buffering;
    if (is_buffering) {
      connection.previous_buffering = last_buffering_;
      connection.next_buffering = nullptr;
      (last_buffering_ == nullptr ? first_buffering_ : last_buffering_->next_buffering) = &connection;
      last_buffering_ = &connection;
    } else {
      Connection* const previous = connection.previous_buffering;
      Connection* const next = connection.next_buffering;
      (previous == nullptr ? first_buffering_ : previous->next_buffering) = next;
      (next == nullptr ? last_buffering_ : next->previous_buffering) = previous;
    }
  }
  while (has_too_many_bytes() && first_buffering_ != nullptr) {
    counters.evicted_for_memory.add();
    first_buffering_->kill();
  }
}

// Connections are sorted by client instead of counted in a hash table: strangers choose their addresses, and must not
// be able to make it slow.
std::vector<ConnectionManager::Candidate> ConnectionManager::find_eviction_candidates() {
  const std::int64_t share = std::max(limits.connections_max / kShareDivisor, kShareMin);
  std::vector<std::pair<Address, Connection*>> by_client;
  by_client.reserve(static_cast<std::size_t>(connections_));
  for (Connection* each = first_; each != nullptr; each = each->next_open) {
    by_client.emplace_back(limited_network(each->peer()), each);
  }
  std::ranges::sort(by_client, {}, [](const auto& entry) { return entry.first.view(); });
  std::vector<Candidate> candidates;
  above_share_.clear();
  for (auto begin = by_client.begin(); begin != by_client.end();) {
    const Address client = begin->first;
    const auto end = std::find_if(begin, by_client.end(), [&](const auto& each) { return each.first != client; });
    const bool is_above = end - begin > share;
    if (is_above) above_share_.push_back(client);
    for (; begin != end; ++begin) {
      const auto rank = begin->second->eviction_rank(is_above);
      if (rank) candidates.push_back({*rank, begin->second});
    }
  }
  return candidates;
}

bool ConnectionManager::is_above_share(const Address& client) const {
  return std::ranges::find(above_share_, client) != above_share_.end();
}

ConnectionManager::Room ConnectionManager::make_room(const Address& newcomer) {
  const Address client = limited_network(newcomer);
  if (now_ms < nothing_for_them_until_ms_ && is_above_share(client)) return Room::none_for_this_client;
  std::vector<Candidate> candidates = find_eviction_candidates();
  if (candidates.empty()) return Room::none_for_anybody;
  if (is_above_share(client)) {  // only idle ones of those who have too many make room for another of them
    std::erase_if(candidates, [](const Candidate& each) { return each.rank > EvictionRank::idle_above_share; });
    if (candidates.empty()) {
      nothing_for_them_until_ms_ = now_ms + kLookAgainMs;
      return Room::none_for_this_client;
    }
  }
  const auto wanted = static_cast<std::size_t>(std::max<std::int64_t>(limits.connections_max / kShareDivisor, 1));
  const auto end = candidates.begin() + static_cast<std::ptrdiff_t>(std::min(wanted, candidates.size()));
  std::partial_sort(candidates.begin(), end, candidates.end(), [](const Candidate& a, const Candidate& b) {
    const auto key = [](const Candidate& each) {
      const Connection& of = *each.connection;
      return std::tuple(each.rank, !of.is_silent, of.active_ms, of.request_number);
    };
    return key(a) < key(b);
  });
  for (auto each = candidates.begin(); each != end; ++each) {
    counters.evicted_for_room.add();
    each->connection->kill();
  }
  return Room::made;
}

bool ConnectionManager::can_make_room() { return !find_eviction_candidates().empty(); }

}  // namespace footfall::http
