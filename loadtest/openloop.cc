// The open-loop generator: requests leave at times fixed in advance, whatever the answers do, and every latency counts
// from the moment at which its request was to leave. So a server that stalls cannot slow down what measures it. Every
// acknowledged click id is written down; loadtest/openloop compares them with what is stored.
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <deque>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "loadtest/connection.h"
#include "loadtest/departures.h"
#include "loadtest/histogram.h"
#include "loadtest/plan.h"

namespace footfall::loadtest {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr std::int64_t kSpinNs = 100'000;  // a nearer departure is waited for awake
constexpr int kDeparturesMax = 64;         // before answers have their turn: also where each is refused at once
constexpr std::size_t kFreshClicksMax = 100'000;

std::int64_t now_ns() { return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1); }

struct Outcome {
  Histogram latency;
  Histogram refused;  // 429, 503, or the connection closed in the request's face: from when it was sent
  std::map<int, std::uint64_t> statuses;
  std::uint64_t sent = 0;
  std::uint64_t failed = 0;
  std::uint64_t answered_in_time = 0;  // between warm-up and end, whenever it was asked
};

class Generator {
 public:
  explicit Generator(const Plan& plan)
      : plan_(plan), requests_(plan), poll_fd_(::epoll_create1(EPOLL_CLOEXEC)), reads_ids_(!plan.ids_path.empty()) {
    if (reads_ids_) ids_.open(plan.ids_path);
    if (!plan.conversions_path.empty()) conversions_.open(plan.conversions_path);
  }

  int run();

 private:
  void schedule();
  Connection* take_connection();
  void depart();
  void wait(std::int64_t now);
  void finish(Connection& connection, bool answered);
  void keep_id(const Connection& connection);
  void print_progress(std::int64_t now);
  std::string json() const;

  const Plan& plan_;
  Requests requests_;
  const int poll_fd_;
  const bool reads_ids_;
  std::ofstream ids_, conversions_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> idle_;  // open and free
  std::vector<Connection*> closed_;
  Departures waiting_;
  std::deque<ClickId> fresh_;  // acknowledged, not converted yet
  std::string request_;
  std::array<epoll_event, 512> events_;
  std::array<Outcome, kKinds> outcomes_;
  Histogram lateness_;  // of departures that found a free connection: the generator's own fault
  Histogram second_;
  std::int64_t start_ns_ = 0, next_ns_ = 0, timed_from_ns_ = 0, end_ns_ = 0, printed_ns_ = 0;
  std::uint64_t open_ = 0, ids_kept_ = 0, without_id_ = 0, sent_ = 0, sent_printed_ = 0;
  std::size_t waiting_max_ = 0;
};

void Generator::schedule() {
  const double gap_ns = 1e9 / plan_.rate_per_s;
  next_ns_ += static_cast<std::int64_t>(plan_.poisson ? -std::log(1 - requests_.random().share()) * gap_ns : gap_ns);
}

// A connection that is free, or one that can be made; none: all are busy.
Connection* Generator::take_connection() {
  for (std::vector<Connection*>* from : {&idle_, &closed_}) {
    if (from->empty()) continue;
    Connection* connection = from->back();
    from->pop_back();
    return connection;
  }
  if (connections_.size() == plan_.connections_max) return nullptr;
  return connections_.emplace_back(std::make_unique<Connection>(plan_.port, poll_fd_)).get();
}

// Everything that is due leaves, as far as there are connections.
void Generator::depart() {
  for (int count = 0; count < kDeparturesMax && !waiting_.empty(); ++count) {
    Connection* free = take_connection();
    if (free == nullptr) return waiting_.no_connection_is_free();
    Connection& connection = *free;
    const auto [intended, waited_for_connection] = waiting_.take();
    Kind kind = requests_.choose();
    ClickId click{};
    if (kind == Kind::conversion) {
      if (fresh_.empty()) {
        kind = Kind::redirect;
      } else {
        click = fresh_.front();
        fresh_.pop_front();
      }
    }
    requests_.write(request_, kind, &click);
    Outcome& outcome = outcomes_[static_cast<std::size_t>(kind)];
    ++outcome.sent;
    ++sent_;
    if (!waited_for_connection && intended >= timed_from_ns_) lateness_.add(now_ns() - intended);
    ++open_;
    if (!connection.send(request_, kind, {intended, now_ns()}, intended >= timed_from_ns_)) finish(connection, false);
  }
}

void Generator::wait(std::int64_t now) {
  const bool has_connection = !idle_.empty() || !closed_.empty() || connections_.size() < plan_.connections_max;
  const bool more_could_leave = has_connection && !waiting_.empty();
  const std::int64_t until = more_could_leave ? now : next_ns_ <= end_ns_ ? next_ns_ : now + kSecondNs / 100;
  if (!plan_.spin && !more_could_leave) {
    const timespec rest{.tv_sec = 0, .tv_nsec = plan_.rest_us * 1'000};
    ::nanosleep(&rest, nullptr);
  }
  const std::int64_t gap = plan_.spin ? until - now : 0;
  const timespec timeout{.tv_sec = 0, .tv_nsec = gap < kSpinNs ? 0 : std::min(gap - kSpinNs / 2, kSecondNs / 10)};
  const int count = ::epoll_pwait2(poll_fd_, events_.data(), static_cast<int>(events_.size()), &timeout, nullptr);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events_[static_cast<std::size_t>(i)];
    Connection& connection = *static_cast<Connection*>(event.data.ptr);
    const Connection::Event what = connection.ready(event.events);
    if (what != Connection::Event::more) finish(connection, what == Connection::Event::answered);
  }
}

void Generator::finish(Connection& connection, bool answered) {
  --open_;
  (connection.state() == Connection::State::closed ? closed_ : idle_).push_back(&connection);
  Outcome& outcome = outcomes_[static_cast<std::size_t>(connection.kind())];
  const std::int64_t now = now_ns();
  if (!answered) {
    ++outcome.failed;
    if (connection.timed()) outcome.refused.add(now - connection.sent_ns());
    return;
  }
  ++outcome.statuses[connection.status()];
  if (connection.status() == 429 || connection.status() == 503) {
    if (connection.timed()) outcome.refused.add(now - connection.sent_ns());
    return;
  }
  if (now >= timed_from_ns_ && now < end_ns_) ++outcome.answered_in_time;
  const std::int64_t took = now - connection.intended_ns();
  second_.add(took);
  if (connection.timed()) outcome.latency.add(took);
  if (reads_ids_) keep_id(connection);
}

void Generator::keep_id(const Connection& connection) {
  if (connection.kind() == Kind::conversion) {
    if (connection.status() == 201 && conversions_.is_open()) conversions_ << connection.body() << '\n';
    return;
  }
  const bool is_redirect = connection.kind() == Kind::redirect;
  if (connection.status() != (is_redirect ? 302 : 201)) return;
  const std::string_view where = is_redirect ? connection.head() : connection.body();
  const std::string_view mark = is_redirect ? "click_id=" : "\"click_id\":\"";
  const std::size_t at = where.find(mark);
  ClickId id;
  if (at == std::string_view::npos || !parse_click_id(where.substr(at + mark.size()), id)) {
    ++without_id_;
    return;
  }
  ++ids_kept_;
  ids_ << format_click_id(id) << '\n';
  const bool converts = plan_.mix[static_cast<std::size_t>(Kind::conversion)] > 0;
  if (converts && fresh_.size() < kFreshClicksMax) fresh_.push_back(id);
}

void Generator::print_progress(std::int64_t now) {
  if (now - printed_ns_ < kSecondNs) return;
  const double seconds = static_cast<double>(now - printed_ns_) * 1e-9;
  std::uint64_t failed = 0;
  for (const Outcome& outcome : outcomes_) failed += outcome.failed;
  std::fprintf(stderr,
               "%4.0f s  sent %.0f/s  answered %.0f/s  p50 %.3f ms  p99 %.3f ms  max %.3f ms  waiting %zu  "
               "failed %llu\n",
               static_cast<double>(now - start_ns_) * 1e-9, static_cast<double>(sent_ - sent_printed_) / seconds,
               static_cast<double>(second_.count()) / seconds, static_cast<double>(second_.at_share(0.5)) * 1e-6,
               static_cast<double>(second_.at_share(0.99)) * 1e-6, static_cast<double>(second_.max_ns()) * 1e-6,
               waiting_.size(), static_cast<unsigned long long>(failed));
  second_.clear();
  sent_printed_ = sent_;
  printed_ns_ = now;
}

int Generator::run() {
  start_ns_ = next_ns_ = printed_ns_ = now_ns();
  timed_from_ns_ = start_ns_ + static_cast<std::int64_t>(plan_.warmup_s * 1e9);
  end_ns_ = timed_from_ns_ + static_cast<std::int64_t>(plan_.seconds * 1e9);
  const std::int64_t give_up_ns = end_ns_ + plan_.patience_ms * 1'000'000;
  for (;;) {
    const std::int64_t now = now_ns();
    for (; next_ns_ <= now && next_ns_ <= end_ns_; schedule()) waiting_.add(next_ns_);
    depart();
    waiting_max_ = std::max(waiting_max_, waiting_.size());
    if (next_ns_ > end_ns_ && waiting_.empty() && open_ == 0) break;
    if (now > give_up_ns) break;
    wait(now);
    print_progress(now);
  }
  ids_.close();
  conversions_.close();
  const std::string result = json();
  if (plan_.json_path.empty()) {
    std::puts(result.c_str());
  } else {
    std::ofstream(plan_.json_path) << result << '\n';
  }
  return open_ == 0 && waiting_.empty() ? 0 : 1;
}

std::string json_of(const Histogram& histogram) {
  std::string out = "{\"count\":" + std::to_string(histogram.count());
  const auto add = [&out](const char* name, double ns) {
    char text[64];
    std::snprintf(text, sizeof text, ",\"%s\":%.4f", name, ns * 1e-6);
    out += text;
  };
  constexpr std::array<std::pair<const char*, double>, 6> kShares = {{{"p50_ms", 0.5},
                                                                      {"p90_ms", 0.9},
                                                                      {"p99_ms", 0.99},
                                                                      {"p99.9_ms", 0.999},
                                                                      {"p99.99_ms", 0.9999},
                                                                      {"p99.999_ms", 0.99999}}};
  for (const auto& [name, share] : kShares) add(name, static_cast<double>(histogram.at_share(share)));
  add("max_ms", static_cast<double>(histogram.max_ns()));
  add("mean_ms", histogram.mean_ns());
  return out + "}";
}

std::string Generator::json() const {
  std::string out = "{\"rate_per_s\":" + std::to_string(plan_.rate_per_s);
  out += ",\"seconds\":" + std::to_string(plan_.seconds) + ",\"connections\":" + std::to_string(connections_.size());
  out += ",\"waiting_max\":" + std::to_string(waiting_max_);
  out += ",\"unanswered\":" + std::to_string(open_) + ",\"unsent\":" + std::to_string(waiting_.size());
  out += ",\"acknowledged\":" + std::to_string(ids_kept_) + ",\"answers_without_id\":" + std::to_string(without_id_);
  out += ",\"lateness\":" + json_of(lateness_) + ",\"kinds\":{";
  bool first = true;
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    const Outcome& outcome = outcomes_[kind];
    if (outcome.sent == 0) continue;
    if (!std::exchange(first, false)) out += ',';
    out += "\"" + std::string(kKindNames[kind]) + "\":{\"sent\":" + std::to_string(outcome.sent);
    out += ",\"failed\":" + std::to_string(outcome.failed) + ",\"latency\":" + json_of(outcome.latency);
    out += ",\"answered_in_time\":" + std::to_string(outcome.answered_in_time);
    out += ",\"refused\":" + json_of(outcome.refused) + ",\"statuses\":{";
    for (const auto& [status, count] : outcome.statuses) {
      if (!out.ends_with('{')) out += ',';
      out += "\"" + std::to_string(status) + "\":" + std::to_string(count);
    }
    out += "}}";
  }
  return out + "}}";
}

}  // namespace
}  // namespace footfall::loadtest

int main(int argc, char** argv) {
  std::string problem;
  const footfall::loadtest::Plan plan = footfall::loadtest::Plan::parse(argc, argv, problem);
  if (!problem.empty()) {
    std::fprintf(stderr, "openloop: %s (plan.h lists the options)\n", problem.c_str());
    return 2;
  }
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  prctl(PR_SET_TIMERSLACK, 1'000);
  return footfall::loadtest::Generator(plan).run();
}
