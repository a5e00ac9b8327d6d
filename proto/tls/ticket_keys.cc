#include "proto/tls/ticket_keys.h"

#include <openssl/crypto.h>

#include "proto/base/crypto.h"

namespace footfall::tls {
namespace {

constexpr std::int64_t kTicketLifeUs = kTicketLifeS * 1'000'000;

TicketKey make_key() {
  TicketKey key;
  random_bytes(key.name.data(), key.name.size());
  random_bytes(key.cipher.data(), key.cipher.size());
  random_bytes(key.mac.data(), key.mac.size());
  return key;
}

void forget(std::optional<TicketKey>& key) {
  if (key) OPENSSL_cleanse(&*key, sizeof *key);
  key.reset();
}

}  // namespace

TicketKeys::~TicketKeys() {
  const MutexLock lock(mutex_);
  forget(current_);
  forget(previous_);
}

// Keys change when somebody asks for one, so that an idle server needs no timer.
void TicketKeys::rotate() {
  const std::int64_t now_us = clock_.steady_us();
  const std::int64_t age_us = now_us - current_since_us_;
  if (now_us - previous_since_us_ >= 2 * kTicketLifeUs) forget(previous_);
  if (current_ && age_us < kTicketLifeUs) return;
  forget(previous_);
  if (current_ && age_us < 2 * kTicketLifeUs) {
    previous_ = current_;
    previous_since_us_ = current_since_us_;
  }
  forget(current_);
  current_ = make_key();
  current_since_us_ = now_us;
}

TicketKey TicketKeys::current() {
  const MutexLock lock(mutex_);
  rotate();
  return *current_;
}

std::optional<TicketKeys::Found> TicketKeys::find(const std::array<std::uint8_t, 16>& name) {
  const MutexLock lock(mutex_);
  rotate();
  if (current_->name == name) return Found{*current_, true};
  if (previous_ && previous_->name == name) return Found{*previous_, false};
  return std::nullopt;
}

}  // namespace footfall::tls
