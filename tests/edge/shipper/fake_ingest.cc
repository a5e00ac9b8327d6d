#include "tests/edge/shipper/fake_ingest.h"

#include <algorithm>
#include <cstring>

#include "proto/schema/click.pb.h"
#include "proto/wire/heartbeat.h"
#include "proto/wire/watermark.h"

namespace footfall::edge {

void FakeIngest::read(const wire::Incarnation& incarnation, FakeStream& stream, std::size_t entries) {
  FakeDatabase::Row& row = database_.rows[incarnation];
  wire::EntryId& cursor = cursors_[incarnation];
  if (stream.last < cursor) cursor = {};  // an older or another stream: from its start
  for (auto at = stream.entries.upper_bound(cursor); at != stream.entries.end() && entries > 0; ++at, --entries) {
    cursor = at->first;
    schema::ClickBatch batch;
    if (!batch.ParseFromString(at->second) || batch.last() <= row.position) continue;
    if (batch.first() > row.position + 1) {
      ++row.nonce;
      return;  // asks again at the next gap, should there be one
    }
    StoredRun run;
    run.first = row.position + 1;
    run.last = batch.last();
    run.reason = static_cast<wire::VoidReason>(batch.void_reason());
    for (std::uint64_t number = run.first; run.reason == wire::VoidReason::none && number <= run.last; ++number) {
      run.clicks += batch.clicks(static_cast<int>(number - batch.first())).id();
    }
    row.runs.push_back(std::move(run));
    row.position = batch.last();
  }
  std::erase_if(stream.entries,
                [&](const auto& entry) { return entry.first < cursor && entry.first.minor <= row.position; });
}

void FakeIngest::run(std::string_view edge, std::size_t entries) {
  for (const auto& [field, value] : server_.hashes[std::string(wire::kIncarnationsKey)]) {
    const auto incarnation = wire::Incarnation::from_hex(field);
    const auto stream = server_.streams.find(wire::clicks_stream_key(edge, *incarnation));
    if (stream == server_.streams.end()) continue;
    read(*incarnation, stream->second, entries);
    const auto beat = wire::decode_heartbeat(value);
    if (beat->ended && database_.rows[*incarnation].position >= beat->head) server_.streams.erase(stream);
  }
  publish();
}

void FakeIngest::publish() {
  for (const auto& [field, value] : server_.hashes[std::string(wire::kIncarnationsKey)]) {
    const auto incarnation = wire::Incarnation::from_hex(field);
    FakeDatabase::Row& row = database_.rows[*incarnation];
    const auto heartbeat = wire::decode_heartbeat(value);
    row.heard = std::max({row.heard, heartbeat->head, row.position});
    server_.hashes[std::string(wire::kStoredKey)][field] = wire::encode_watermark(
        {*incarnation, row.position, "fake database 16", database_.epoch, row.nonce, false, row.heard});
  }
}

std::string encoded_click(std::uint64_t seed) {
  wire::Click click;
  std::memcpy(click.id.bytes.data(), &seed, sizeof seed);
  click.received_us = 1'700'000'000'000'000;
  click.user_agent = "agent";
  std::string out;
  wire::append_click(out, click);
  return out;
}

}  // namespace footfall::edge
