#include "proto/http/handshake_limit.h"

#include <algorithm>

#include "proto/http/limited_network.h"

namespace footfall::http {
namespace {

constexpr std::size_t kBuckets = 4'096;
constexpr std::int64_t kHandshake = 1'000;  // thousandths
constexpr std::size_t kShareDivisor = 16;

}  // namespace

HandshakeLimit::HandshakeLimit(std::int64_t open_max, std::int64_t per_client_s)
    : open_max_(static_cast<std::size_t>(open_max)),
      per_client_s_(per_client_s),
      buckets_(per_client_s > 0 ? kBuckets : 0) {
  random_bytes(key_.data(), key_.size());
  for (Bucket& bucket : buckets_) bucket.left_thousandths = 2 * per_client_s * kHandshake;
}

bool HandshakeLimit::may_begin(const Address& client, std::int64_t now_ms) {
  if (buckets_.empty()) return true;
  Bucket& bucket = buckets_[siphash(key_, limited_network(client).view()) % kBuckets];
  const std::int64_t full = 2 * per_client_s_ * kHandshake;
  const std::int64_t waited_ms = std::clamp<std::int64_t>(now_ms - bucket.filled_ms, 0, 2'000);
  bucket.left_thousandths = std::min(full, bucket.left_thousandths + waited_ms * per_client_s_);
  bucket.filled_ms = now_ms;
  if (bucket.left_thousandths < kHandshake) return false;
  bucket.left_thousandths -= kHandshake;
  return true;
}

// They are sorted by client instead of counted in a hash table, because strangers choose their addresses. A sixteenth
// at a time, so that a flood pays for sorting once in as many handshakes.
std::vector<Connection*> HandshakeLimit::find_those_in_the_way() const {
  if (unfinished_.size() < open_max_) return {};
  const std::size_t share = std::max<std::size_t>(open_max_ / kShareDivisor, 1);
  std::vector<Address> clients;
  clients.reserve(unfinished_.size());
  for (const Unfinished& each : unfinished_) clients.push_back(each.client);
  const auto by_address = [](const Address& client) { return client.view(); };
  std::ranges::sort(clients, {}, by_address);
  std::vector<Connection*> oldest_above_share;
  std::vector<Connection*> oldest;
  for (const Unfinished& each : unfinished_) {
    if (oldest.size() < share) oldest.push_back(each.connection);
    const auto same = std::ranges::equal_range(clients, each.client.view(), {}, by_address);
    if (same.size() > share && oldest_above_share.size() < share) oldest_above_share.push_back(each.connection);
  }
  return oldest_above_share.empty() ? oldest : oldest_above_share;
}

void HandshakeLimit::begun(Connection& connection, const Address& client) {
  unfinished_.push_back({&connection, limited_network(client)});
}

void HandshakeLimit::finished(const Connection& connection) {
  const auto at = std::ranges::find(unfinished_, &connection, &Unfinished::connection);
  if (at != unfinished_.end()) unfinished_.erase(at);
}

}  // namespace footfall::http
