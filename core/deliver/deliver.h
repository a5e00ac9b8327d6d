// The role "deliver": turns events into webhooks and into the calls of affiliates' postbacks, and sends them. Any
// number of processes may have it; they share the work by taking different rows. A delivery is taken for longer than
// any attempt lasts, so that one whose process died is taken again: each arrives at least once, with one id, in no
// certain order. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <string>

#include "core/actions/webhook_secret.h"
#include "core/outgoing/http_poster.h"
#include "core/storage/database.h"
#include "core/storage/webhook_deliveries.h"
#include "proto/base/clock.h"
#include "proto/base/metrics.h"

namespace footfall::core {

struct DeliverOptions {
  std::string postgres_url;
  std::optional<SecretsKeys> secrets_keys;  // none: nothing can be signed, and webhooks wait
  PosterOptions poster;
  int per_endpoint_max = 4;            // attempts at once, of this process; pings are among them
  int per_account_max = 32;            // the same, to all endpoints of an account
  std::int64_t backlog_max = 100'000;  // deliveries that may wait for one endpoint; beyond, it is disabled
  std::int64_t poll_us = 500'000;
  std::int64_t lease_margin_us = 5'000'000;  // beyond the longest attempt
  std::int64_t figures_us = 10'000'000;      // how often queues are counted
};

class Deliver {
 public:
  // Clock and metrics must outlive it.
  Deliver(const DeliverOptions& options, const Clock& clock, Metrics& metrics);

  // Ends within a moment of a stop; attempts that are under way are given back.
  void run(std::stop_token stop);

  // The steps of a round, for run() and for tests. An error has been logged and counted already, and the next round
  // tries again.
  bool look();                 // does the next two if there is anything; true: there may be more
  bool fan_out();              // true: there may be more
  bool take_due();             // begins attempts
  void work(std::int64_t us);  // works on them, and notes how they ended
  bool look_at_queues();       // figures, and endpoints with too much waiting
  void give_back();            // breaks off what is under way
  std::size_t under_way() const { return poster_.under_way(); }

 private:
  struct Attempt {
    DueDelivery delivery;
    std::int64_t started_us = 0;
  };

  void begin(DueDelivery delivery);
  std::optional<PostRequest> request_of(const DueDelivery& due, std::string url, std::int64_t started_us) const;
  void note(const PostAnswer& answer);
  Result<void> settle(const Attempt& attempt, const PostAnswer& answer);
  Result<void> settle_failure(const Attempt& attempt, const PostAnswer& answer, const AttemptRow& row);
  Result<void> disable(const WebhookRow& endpoint, std::string_view reason);
  template <typename T>
  bool failed(const Result<T>& result);

  const DeliverOptions options_;
  const Clock& clock_;
  Metrics& metrics_;
  Database database_;
  HttpPoster poster_;
  std::map<std::int64_t, Attempt> attempts_;  // under way, by the delivery's id

  Counter &events_, &webhooks_, &delivered_, &retried_, &given_up_, &failures_;
  Gauge &under_way_, &waiting_, &overdue_;
  Histogram& seconds_;
};

}  // namespace footfall::core
