// COMMON.md D-53: whoever's names take long delays nobody else.
#include "core/outgoing/host_lookups.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "core/outgoing/http_poster.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kMinuteUs = 60'000'000;
const HostAddress kLoopback = {127, 0, 0, 1};
const std::vector<HostAddress> kLoopbackAlone(1, kLoopback);

// A resolver that answers names with "slow" in them when it is told to, and all others at once.
class SlowResolver {
 public:
  HostLookupOptions options() {
    HostLookupOptions options;
    options.resolve = [this](const std::string& host) { return resolve(host); };
    return options;
  }
  void wait_until_asked(int count) {
    MutexLock lock(mutex_);
    changed_.wait(lock, [&] { return asked_ >= count; });
  }
  int asked() {
    const MutexLock lock(mutex_);
    return asked_;
  }
  int at_once_max() {
    const MutexLock lock(mutex_);
    return at_once_max_;
  }
  void release() {
    {
      const MutexLock lock(mutex_);
      released_ = true;
    }
    changed_.notify_all();
  }

 private:
  std::vector<HostAddress> resolve(const std::string& host) {
    MutexLock lock(mutex_);
    ++asked_;
    at_once_max_ = std::max(at_once_max_, ++at_once_);
    changed_.notify_all();
    if (host.starts_with("slow")) changed_.wait(lock, [&] { return released_; });
    --at_once_;
    return host.starts_with("unknown") ? std::vector<HostAddress>{} : kLoopbackAlone;
  }

  Mutex mutex_;
  std::condition_variable_any changed_;
  int asked_ = 0, at_once_ = 0, at_once_max_ = 0;
  bool released_ = false;
};

// Lets the resolver go before the look-ups end, which wait for it.
class Lookups : public testing::Test {
 protected:
  ~Lookups() override { resolver_.release(); }
  std::shared_ptr<HostLookups> make(HostLookupOptions options) {
    return made_.emplace_back(std::make_shared<HostLookups>(std::move(options), system_clock()));
  }
  SlowResolver resolver_;

 private:
  std::vector<std::shared_ptr<HostLookups>> made_;
};

TEST_F(Lookups, AnswersAndSaysWhatDoesNotResolve) {
  auto lookups = make(resolver_.options());
  EXPECT_EQ(lookups->wait_for("shop.example", 1, kMinuteUs), kLoopbackAlone);
  EXPECT_EQ(lookups->wait_for("shop.example", 2, kMinuteUs), kLoopbackAlone);
  EXPECT_EQ(resolver_.asked(), 1) << "the answer is kept for a while";
  EXPECT_EQ(lookups->wait_for("unknown.example", 1, kMinuteUs), std::vector<HostAddress>{});
  EXPECT_EQ(lookups->wait_for("unknown.example", 1, kMinuteUs), std::vector<HostAddress>{});
  EXPECT_EQ(resolver_.asked(), 3) << "that there is none is not kept";
}

TEST_F(Lookups, TheSystemsResolverKnowsThisMachine) {
  auto lookups = make({});
  const auto found = lookups->wait_for("localhost", 1, kMinuteUs);
  ASSERT_TRUE(found.has_value());
  EXPECT_NE(std::ranges::find(*found, kLoopback), found->end());
}

TEST_F(Lookups, AnOwnerWhoseNamesTakeLongDelaysNobodyElse) {
  HostLookupOptions options = resolver_.options();
  options.threads = 3;
  auto lookups = make(options);
  std::vector<std::shared_ptr<const HostLookup>> slow;
  for (int n = 0; n < 10; ++n) slow.push_back(lookups->begin("slow" + std::to_string(n), 1));
  resolver_.wait_until_asked(2);
  EXPECT_EQ(lookups->wait_for("shop.example", 2, kMinuteUs), kLoopbackAlone);
  EXPECT_EQ(resolver_.asked(), 3) << "two of the first owner's, and the other's";
  EXPECT_FALSE(slow.front()->has_ended());
}

TEST_F(Lookups, AWaitHasAnEndAndThereAreFewAtOnce) {
  HostLookupOptions options = resolver_.options();
  options.waits_per_owner_max = 1;
  auto lookups = make(options);
  EXPECT_EQ(lookups->wait_for("slow", 1, 20'000), std::nullopt);
  std::thread waiting([&] { EXPECT_EQ(lookups->wait_for("slow1", 1, kMinuteUs), kLoopbackAlone); });
  resolver_.wait_until_asked(2);
  EXPECT_EQ(lookups->wait_for("shop.example", 1, kMinuteUs), std::nullopt) << "its owner waits already";
  EXPECT_EQ(lookups->wait_for("shop.example", 2, kMinuteUs), kLoopbackAlone);
  resolver_.release();
  waiting.join();
}

TEST_F(Lookups, WhatNobodyWaitsForAnyMoreIsNotLookedUp) {
  HostLookupOptions options = resolver_.options();
  options.per_owner_max = 1;
  options.asked_max = 2;
  auto lookups = make(options);
  auto first = lookups->begin("slow", 1);
  resolver_.wait_until_asked(1);
  auto second = lookups->begin("shop.example", 1);
  auto third = lookups->begin("another.example", 1);
  EXPECT_TRUE(third->has_ended() && third->addresses().empty()) << "too many are asked for";
  second.reset();
  resolver_.release();
  EXPECT_EQ(lookups->wait_for("last.example", 1, kMinuteUs), kLoopbackAlone);
  EXPECT_EQ(resolver_.asked(), 2);
}

// The poster beside its look-ups.
class PosterLookups : public Lookups {
 protected:
  PosterOptions options() {
    PosterOptions options;
    options.allow_private_receivers = true;
    options.lookups = make(resolver_.options());
    return options;
  }
  // Of several that ended together, the others come next.
  PostAnswer next(HttpPoster& poster) {
    while (answers_.empty()) answers_ = poster.work(kMinuteUs);
    PostAnswer first = std::move(answers_.front());
    answers_.erase(answers_.begin());
    return first;
  }
  std::vector<PostAnswer> answers_;
};

TEST_F(PosterLookups, ASlowNameDelaysNoOtherTransferAndEndsInTime) {
  PosterOptions poster_options = options();
  poster_options.connect_ms = 400;
  HttpPoster poster(poster_options);
  poster.start({1, "http://slow.example:1/", {}, "x"});
  poster.start({2, "http://shop.example:1/", {}, "x"});
  const PostAnswer reached = next(poster);
  EXPECT_EQ(reached.tag, 2);
  EXPECT_EQ(reached.error, "connect") << "the address that was looked up has no server";
  const PostAnswer slow = next(poster);
  EXPECT_EQ(slow.tag, 1);
  EXPECT_EQ(slow.error, "resolve");
  EXPECT_GE(slow.duration_us, 390'000);
  EXPECT_EQ(poster.under_way(), 0u);
}

TEST_F(PosterLookups, ATransferThatWaitsForItsNameIsBrokenOff) {
  HttpPoster poster(options());
  poster.start({1, "http://slow.example:1/", {}, "x"});
  EXPECT_TRUE(poster.work(1'000).empty());
  EXPECT_EQ(poster.break_off(), std::vector<std::int64_t>{1});
  poster.start({2, "http://slow.example:1/", {}, "x"});
  EXPECT_EQ(poster.under_way(), 1u) << "ended with it";
}

TEST_F(PosterLookups, TheAddressThatWasLookedUpIsJudgedWhenItIsDialled) {
  PosterOptions poster_options = options();
  poster_options.allow_private_receivers = false;
  HttpPoster poster(poster_options);
  poster.start({1, "http://shop.example:1/", {}, "x"});
  EXPECT_EQ(next(poster).error, "address");
  poster.start({2, "http://unknown.example/", {}, "x"});
  EXPECT_EQ(next(poster).error, "resolve");
}

}  // namespace
}  // namespace footfall::core
