#include "edge/handlers/recorder.h"

#include "edge/handlers/click_query.h"
#include "edge/log/log_options.h"
#include "proto/base/result.h"

namespace footfall::edge {
namespace {

// Something is longer than its bound, and the codec will cut it.
bool is_cut(const wire::Click& click) {
  return click.user_agent.size() > wire::kUserAgentBytesMax || click.referrer.size() > wire::kReferrerBytesMax ||
         click.landing.size() > wire::kLandingBytesMax || click.query.size() > wire::kQueryBytesMax;
}

}  // namespace

Recorder::Recorder(ClickLog& log, unsigned worker, const ClickProbe& probe)
    : log_(log), worker_(worker), probe_(probe) {}

bool Recorder::accepts() const {
  return log_.accepts_from(worker_) && tickets_ - decided_tickets_.load(std::memory_order_acquire) < kTicketsMax - 1;
}

std::uint64_t Recorder::append(const wire::Click& click) {
  if (open_.clicks.size() + wire::kClickBytesMax > kBatchBytesMax) hand_over_full_batch();
  if (open_.count == 0) {
    open_ = log_.take_empty(worker_);
    FOOTFALL_CHECK(open_.count == 0 && open_.clicks.empty());
    open_.ticket = ++tickets_;
    open_redirects_ = 0;
  }
  if (is_cut(click)) [[unlikely]] {
    probe_.cut.add();
    wire::Click fitted = click;
    fitted.query = fit_click_query(click.query, query_memory_);
    wire::append_click(open_.clicks, fitted);
  } else {
    wire::append_click(open_.clicks, click);
  }
  if (click.verdict != 0) probe_.judge(click.verdict);
  ++open_.count;
  open_redirects_ += click.source == wire::ClickSource::redirect;
  appended_.fetch_add(1, std::memory_order_relaxed);
  return open_.ticket;
}

// In the middle of a wake-up: the directory is pinned, so this must not wait for the disk.
void Recorder::hand_over_full_batch() {
  store_counts();
  log_.hand_over(worker_, std::move(open_));
  open_ = {};
}

void Recorder::close() {
  if (open_.count == 0) return;
  store_counts();
  log_.submit(worker_, std::move(open_));
  open_ = {};
}

// The hand-over makes them visible to decided().
void Recorder::store_counts() {
  Counts& counts = counts_[open_.ticket % kTicketsMax];
  counts.redirects.store(open_redirects_, std::memory_order_relaxed);
  counts.posted.store(open_.count - open_redirects_, std::memory_order_relaxed);
}

void Recorder::decided(std::uint64_t ticket, bool safe) {
  const Counts& counts = counts_[ticket % kTicketsMax];
  const std::uint32_t redirects = counts.redirects.load(std::memory_order_relaxed);
  const std::uint32_t posted = counts.posted.load(std::memory_order_relaxed);
  if (safe) {
    probe_.safe.add(redirects + posted);
  } else {
    probe_.unrecorded.add(redirects);
    probe_.refuse(Refusal::log_unavailable, posted);
  }
  decided_clicks_.fetch_add(redirects + posted, std::memory_order_relaxed);
  decided_tickets_.fetch_add(1, std::memory_order_release);
}

std::uint64_t Recorder::in_flight() const {
  const std::uint64_t decided = decided_clicks_.load(std::memory_order_relaxed);  // first: never more than appended
  return appended_.load(std::memory_order_relaxed) - decided;
}

}  // namespace footfall::edge
