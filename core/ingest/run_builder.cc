#include "core/ingest/run_builder.h"

#include "core/domain/privacy.h"
#include "core/ingest/query_fields.h"
#include "proto/base/bytes.h"
#include "proto/base/clock.h"

namespace footfall::core {
namespace {

std::string_view clean(Run& run, std::string_view text, std::size_t max) {
  if (is_valid_utf8(text)) return truncate_utf8(text, max);
  return truncate_utf8(run.keep(valid_utf8(text)), max);
}

std::string_view of_size(std::string_view bytes, std::size_t a, std::size_t b) {
  return bytes.size() == a || bytes.size() == b ? bytes : std::string_view();
}

}  // namespace

void RunBuilder::append(Run& run, DecodedBatch batch, const ClickDays& days) {
  FOOTFALL_CHECK(batch.first() <= run.to + 1 && batch.last() > run.to);
  const auto first = run.to + 1;
  if (batch.is_void()) {
    run.voids.push_back({first, batch.last(), batch.void_reason()});
  } else {
    for (auto number = first; number <= batch.last(); ++number) append_click(run, batch, number, days);
  }
  run.to = batch.last();
  run.batches.push_back(std::move(batch));
}

void RunBuilder::append_undecodable(Run& run, std::uint64_t last, std::string detail, std::string_view raw) {
  FOOTFALL_CHECK(last > run.to);
  run.dead.push_back({run.to + 1, last - run.to, std::string(kReasonDecode), std::move(detail), std::string(raw), {}});
  run.to = last;
}

void RunBuilder::append_click(Run& run, const DecodedBatch& batch, std::uint64_t number, const ClickDays& days) {
  wire::Click seen;
  if (!batch.click(number, seen)) {
    run.dead.push_back({number, 1, std::string(kReasonIdentity), "", batch.raw(number), {}});
    return;
  }
  if (!days.contain(seen.id) || !days.contain(seen.received_us)) {
    run.dead.push_back(
        {number, 1, std::string(kReasonTime),
         "id of " + iso8601_ms(seen.id.time_ms() * 1000) + ", received at " + std::to_string(seen.received_us) + " us",
         batch.raw(number), seen.id});
    return;
  }
  NewClick click;
  click.id = seen.id;
  click.received_us = seen.received_us;
  click.account = seen.account;
  click.mode = seen.mode;
  click.campaign = seen.campaign;
  click.affiliate = seen.affiliate;
  click.link = seen.link;
  click.key = seen.key;
  click.source = seen.source;
  click.number = number;
  click.visitor = of_size(seen.visitor, 16, 16);
  click.ip = of_size(seen.ip, 4, 16);
  click.user_agent = clean(run, seen.user_agent, wire::kUserAgentBytesMax);
  // What only core may say is not taken from an edge. Judged as it is stored, so that it can be judged again.
  click.verdict = (seen.verdict & wire::kEdgeVerdicts) | judge_.judge(click.user_agent, click.ip).verdict;
  click.referrer = clean(run, seen.referrer, wire::kReferrerBytesMax);
  click.landing = clean(run, seen.landing, wire::kLandingBytesMax);
  if (!seen.query.empty()) {
    auto fields = query_fields(seen.query);
    for (std::size_t i = 0; i < fields.sub.size(); ++i) {
      if (!fields.sub[i].empty()) click.sub[i] = run.keep(std::move(fields.sub[i]));
    }
    if (!fields.utm.empty()) click.utm = run.keep(std::move(fields.utm));
    if (!fields.params.empty()) click.params = run.keep(std::move(fields.params));
  }
  if (seen.privacy != 0) {
    // Which of the two is stored is decided with the account's policy, in the transaction.
    MinimalFields& minimal = run.minimal.emplace_back();
    minimal.referrer = without_third_party_ids(click.referrer);
    minimal.landing = without_third_party_ids(click.landing);
    // Where nothing is left of the query, its question mark is gone, too.
    const std::string kept = without_third_party_ids("?" + std::string(seen.query));
    if (!kept.empty()) minimal.params = query_fields(std::string_view(kept).substr(1)).params;
    click.minimal = &minimal;
  }
  if (run.oldest_received_us == 0 || click.received_us < run.oldest_received_us) {
    run.oldest_received_us = click.received_us;
  }
  run.clicks.push_back(click);
}

}  // namespace footfall::core
