#include "core/ingest/decoded_batch.h"

#include <google/protobuf/arena.h>

#include <limits>

#include "proto/schema/click.pb.h"

namespace footfall::core {
namespace {

// PostgreSQL stores ids as bigint.
bool is_id(std::uint64_t value) {
  return value != 0 && value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
}
bool is_id_or_none(std::uint64_t value) { return value == 0 || is_id(value); }

}  // namespace

struct DecodedBatch::Message {
  google::protobuf::Arena arena;
  schema::ClickBatch* batch = google::protobuf::Arena::CreateMessage<schema::ClickBatch>(&arena);
};

DecodedBatch::DecodedBatch() : message_(std::make_unique<Message>()) {}
DecodedBatch::~DecodedBatch() = default;
DecodedBatch::DecodedBatch(DecodedBatch&&) noexcept = default;
DecodedBatch& DecodedBatch::operator=(DecodedBatch&&) noexcept = default;

Result<DecodedBatch> DecodedBatch::decode(std::string_view bytes) {
  DecodedBatch decoded;
  auto& batch = *decoded.message_->batch;
  if (!batch.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return invalid("not a ClickBatch");
  const auto incarnation = wire::Incarnation::from_bytes(batch.incarnation());
  if (!incarnation) return invalid("no incarnation");
  if (batch.first() == 0 || batch.last() < batch.first() ||
      batch.last() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return invalid("numbers " + std::to_string(batch.first()) + " to " + std::to_string(batch.last()));
  }
  if (batch.void_reason() >= wire::kVoidReasons) return invalid("void for an unknown reason");
  const auto expected = batch.void_reason() == 0 ? batch.last() - batch.first() + 1 : 0;
  if (static_cast<std::uint64_t>(batch.clicks_size()) != expected) {
    return invalid(std::to_string(batch.clicks_size()) + " clicks under the numbers " + std::to_string(batch.first()) +
                   " to " + std::to_string(batch.last()));
  }
  decoded.incarnation_ = *incarnation;
  decoded.first_ = batch.first();
  decoded.last_ = batch.last();
  decoded.void_reason_ = static_cast<wire::VoidReason>(batch.void_reason());
  return decoded;
}

bool DecodedBatch::click(std::uint64_t number, wire::Click& out) const {
  FOOTFALL_CHECK(!is_void() && number >= first_ && number <= last_);
  const auto& click = message_->batch->clicks(static_cast<int>(number - first_));
  const auto id = wire::click_id_from_bytes(click.id());
  if (!id || !is_id(click.account()) || !is_id(click.campaign()) || !is_id(click.link()) ||
      !is_id_or_none(click.affiliate()) || !is_id_or_none(click.key()) || click.mode() > 1 ||
      !is_id(click.received_us())) {
    return false;
  }
  out.id = *id;
  out.received_us = static_cast<std::int64_t>(click.received_us());
  out.account.value = click.account();
  out.mode = static_cast<wire::Mode>(click.mode());
  out.campaign.value = click.campaign();
  out.affiliate.value = click.affiliate();
  out.link.value = click.link();
  out.key.value = click.key();
  out.verdict = click.verdict();
  out.privacy = click.privacy();
  out.source = static_cast<wire::ClickSource>(click.source());
  out.visitor = click.visitor();
  out.ip = click.ip();
  out.user_agent = click.user_agent();
  out.referrer = click.referrer();
  out.landing = click.landing();
  out.query = click.query();
  return true;
}

std::string DecodedBatch::raw(std::uint64_t number) const {
  FOOTFALL_CHECK(!is_void() && number >= first_ && number <= last_);
  return message_->batch->clicks(static_cast<int>(number - first_)).SerializeAsString();
}

Result<DecodedBatch> decode_single_click(std::string_view bytes, std::uint64_t number) {
  schema::ClickBatch batch;
  if (!batch.add_clicks()->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return invalid("not a Click");
  }
  batch.set_incarnation(std::string(16, '\0'));
  batch.set_first(number);
  batch.set_last(number);
  return DecodedBatch::decode(batch.SerializeAsString());
}

}  // namespace footfall::core
