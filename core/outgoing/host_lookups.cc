// Names that are asked for again while they are looked up are looked up once for each owner: what one owner asks for
// never waits behind the bound of another.
#include "core/outgoing/host_lookups.h"

#include <algorithm>
#include <chrono>

namespace footfall::core {
namespace {

constexpr std::size_t kKnownMax = 1'000;

}  // namespace

HostLookups::HostLookups(HostLookupOptions options, const Clock& clock) : options_(std::move(options)), clock_(clock) {
  for (int number = 0; number < options_.threads; ++number) {
    workers_.emplace_back("lookup-" + std::to_string(number), [this](const std::stop_token&) { work(); });
  }
}

HostLookups::~HostLookups() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  asked_arrived_.notify_all();
  look_up_ended_.notify_all();
  for (Worker& worker : workers_) worker.join();
}

std::shared_ptr<const HostLookup> HostLookups::begin(const std::string& host, std::uint64_t owner,
                                                     std::function<void()> call) {
  auto lookup = std::make_shared<HostLookup>();
  const MutexLock lock(mutex_);
  const auto known = known_.find(host);
  const bool is_known = known != known_.end() && clock_.steady_us() < known->second.until_us;
  forget_unwanted();
  if (is_known) lookup->addresses_ = known->second.addresses;
  const auto same =
      std::ranges::find_if(asked_, [&](const auto& asked) { return asked->owner == owner && asked->host == host; });
  if (is_known || (same == asked_.end() && asked_.size() >= options_.asked_max)) {
    lookup->ended_.store(true, std::memory_order_release);
    return lookup;
  }
  lookup->call_ = std::move(call);
  if (same != asked_.end()) {
    (*same)->askers.push_back(lookup);
    return lookup;
  }
  asked_.push_back(std::make_shared<Asked>(Asked{host, owner, {lookup}}));
  asked_arrived_.notify_one();
  return lookup;
}

std::optional<std::vector<HostAddress>> HostLookups::wait_for(const std::string& host, std::uint64_t owner,
                                                              std::int64_t timeout_us) {
  {
    const MutexLock lock(mutex_);
    int& of_owner = waits_[owner];
    if (of_owner >= options_.waits_per_owner_max || all_waits_ >= options_.waits_max) return std::nullopt;
    ++of_owner;
    ++all_waits_;
  }
  const auto lookup = begin(host, owner);
  MutexLock lock(mutex_);
  look_up_ended_.wait_for(lock, std::chrono::microseconds(timeout_us), [&] { return lookup->has_ended(); });
  if (--waits_[owner] == 0) waits_.erase(owner);
  --all_waits_;
  if (!lookup->has_ended()) return std::nullopt;
  return lookup->addresses();
}

void HostLookups::forget_unwanted() {
  std::erase_if(asked_, [](const auto& asked) {
    return !asked->under_way && std::ranges::all_of(asked->askers, [](const auto& one) { return one.expired(); });
  });
}

// The first whose owner has room.
std::shared_ptr<HostLookups::Asked> HostLookups::take_next() {
  forget_unwanted();
  for (const auto& asked : asked_) {
    if (asked->under_way) continue;
    const auto count = under_way_.find(asked->owner);
    if (count != under_way_.end() && count->second >= options_.per_owner_max) continue;
    asked->under_way = true;
    ++under_way_[asked->owner];
    return asked;
  }
  return nullptr;
}

void HostLookups::end(const std::shared_ptr<Asked>& asked, std::vector<HostAddress> addresses) {
  std::vector<std::shared_ptr<HostLookup>> askers;
  {
    const MutexLock lock(mutex_);
    std::erase(asked_, asked);
    if (--under_way_[asked->owner] == 0) under_way_.erase(asked->owner);
    if (known_.size() >= kKnownMax) known_.clear();
    if (!addresses.empty()) known_[asked->host] = {addresses, clock_.steady_us() + options_.keep_us};
    for (const auto& one : asked->askers) {
      auto lookup = one.lock();
      if (!lookup) continue;
      lookup->addresses_ = addresses;
      lookup->ended_.store(true, std::memory_order_release);
      askers.push_back(std::move(lookup));
    }
  }
  asked_arrived_.notify_one();  // its owner has room again
  look_up_ended_.notify_all();
  for (const auto& lookup : askers) {
    if (lookup->call_) lookup->call_();
  }
}

void HostLookups::work() {
  while (true) {
    std::shared_ptr<Asked> next;
    {
      MutexLock lock(mutex_);
      asked_arrived_.wait(lock, [&] {
        mutex_.assert_held();
        if (!stopping_) next = take_next();
        return stopping_ || next != nullptr;
      });
      if (stopping_) return;
    }
    end(next, options_.resolve ? options_.resolve(next->host) : resolve_host(next->host));
  }
}

}  // namespace footfall::core
