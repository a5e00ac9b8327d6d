#include "proto/http/handshake_limit.h"

#include <algorithm>

#include "proto/http/limited_network.h"

namespace footfall::http {
namespace {

constexpr std::size_t kBuckets = 4'096;
constexpr std::int64_t kHandshake = 1'000;  // thousandths

}  // namespace

HandshakeLimit::HandshakeLimit(std::int64_t open_max, std::int64_t per_client_s)
    : open_max_(open_max), per_client_s_(per_client_s), buckets_(per_client_s > 0 ? kBuckets : 0) {
  random_bytes(key_.data(), key_.size());
  for (Bucket& bucket : buckets_) bucket.left_thousandths = 2 * per_client_s * kHandshake;
}

bool HandshakeLimit::begin(const Address& client, std::int64_t now_ms) {
  if (open_ >= open_max_) return false;
  if (!buckets_.empty()) {
    Bucket& bucket = buckets_[siphash(key_, limited_network(client).view()) % kBuckets];
    const std::int64_t full = 2 * per_client_s_ * kHandshake;
    const std::int64_t waited_ms = std::clamp<std::int64_t>(now_ms - bucket.filled_ms, 0, 2'000);
    bucket.left_thousandths = std::min(full, bucket.left_thousandths + waited_ms * per_client_s_);
    bucket.filled_ms = now_ms;
    if (bucket.left_thousandths < kHandshake) return false;
    bucket.left_thousandths -= kHandshake;
  }
  ++open_;
  return true;
}

}  // namespace footfall::http
