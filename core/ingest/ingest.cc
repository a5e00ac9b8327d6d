#include "core/ingest/ingest.h"

#include "core/ingest/failpoint.h"
#include "core/ingest/stream_owner.h"
#include "core/ingest/watermark_publisher.h"
#include "proto/base/lifecycle.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kRedisCommandMs = 2'000;  // a read may bring many megabytes

}  // namespace

struct Ingest::Implementation {
  std::unique_ptr<ClickRules> rules;
  std::unique_ptr<IngestProbe> probe;
  std::unique_ptr<WatermarkPublisher> watermark_publisher;
  std::vector<std::unique_ptr<StreamOwner>> owners;
  std::vector<Worker> workers;  // last: they end before what they use
};

Ingest::Ingest(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}

Ingest::~Ingest() {
  for (auto& worker : implementation_->workers) worker.request_stop();
}

Result<void> Ingest::check(const IngestOptions& options) {
  if (auto rules = ClickRules::load(options.rules); !rules) return Failure(rules.error());
  if (auto redis = redis::parse_url(options.redis_url); !redis) return Failure(redis.error());
  return {};
}

Result<std::unique_ptr<Ingest>> Ingest::start(const IngestOptions& options, const Clock& clock, Metrics& metrics) {
  auto made = std::make_unique<Implementation>();
  auto rules = ClickRules::load(options.rules);
  if (!rules) return Failure(rules.error());
  made->rules = std::move(*rules);
  auto redis = redis::parse_url(options.redis_url);
  if (!redis) return Failure(redis.error());
  redis->command_ms = kRedisCommandMs;
  set_failpoint(options.failpoint);

  made->probe = std::make_unique<IngestProbe>(metrics);
  made->watermark_publisher = std::make_unique<WatermarkPublisher>(
      WatermarkPublisherOptions{options.postgres_url, *redis, options.clock_skew_max_ms * 1'000}, clock, *made->probe);
  made->workers.emplace_back("watermarks", [watermark_publisher = made->watermark_publisher.get()](
                                               std::stop_token stop) { watermark_publisher->run(stop); });
  for (std::int64_t i = 0; i < options.threads; ++i) {
    StreamOwnerOptions owner{
        options.postgres_url,
        *redis,
        {options.clicks_per_transaction_max, options.bytes_per_read_max, options.resend_after_ms * 1'000},
        options.poll_ms * 1'000,
        options.retention_days,
        &ingest_lag(metrics, std::to_string(i))};
    made->owners.push_back(std::make_unique<StreamOwner>(owner, *made->rules, clock, *made->probe));
    made->workers.emplace_back("ingest-" + std::to_string(i),
                               [one = made->owners.back().get()](std::stop_token stop) { one->run(stop); });
  }
  return std::unique_ptr<Ingest>(new Ingest(std::move(made)));
}

}  // namespace footfall::core
