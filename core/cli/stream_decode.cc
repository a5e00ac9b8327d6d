#include "core/cli/stream_decode.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "core/cli/views.h"
#include "proto/base/bytes.h"
#include "proto/base/clock.h"
#include "proto/schema/click.pb.h"
#include "proto/wire/click.h"
#include "proto/wire/ids.h"

namespace footfall::core {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

// int: protobuf's sizes; nothing that comes here is longer than a stream entry.
bool parse(google::protobuf::MessageLite& message, std::string_view bytes) {
  return message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

object click_object(const schema::Click& click) {
  const auto id = wire::click_id_from_bytes(click.id());
  return {{"id", id ? value(wire::to_uuid(*id)) : value(to_hex(click.id()))},
          {"received_at", iso8601_ms(static_cast<std::int64_t>(click.received_us()))},
          {"account", click.account()},
          {"mode", click.mode() == 1 ? "test" : "live"},
          {"campaign", click.campaign()},
          {"affiliate", click.affiliate()},
          {"link", click.link()},
          {"key", click.key()},
          {"verdict", wire::verdict_names(click.verdict())},
          {"privacy", click.privacy()},
          {"visitor", to_hex(click.visitor())},
          {"ip", address_text(click.ip())},
          {"user_agent", valid_utf8(click.user_agent())},
          {"referrer", valid_utf8(click.referrer())},
          {"landing", valid_utf8(click.landing())},
          {"query", valid_utf8(click.query())}};
}

}  // namespace

value decoded_click_view(std::string_view bytes) {
  schema::Click click;
  if (!parse(click, bytes)) return nullptr;
  return click_object(click);
}

value decoded_batch_view(std::string_view bytes) {
  schema::ClickBatch batch;
  if (!parse(batch, bytes)) return nullptr;
  array clicks;
  for (const auto& click : batch.clicks()) clicks.push_back(click_object(click));
  return object{{"incarnation", to_hex(batch.incarnation())},
                {"first", batch.first()},
                {"last", batch.last()},
                {"void_reason", batch.void_reason()},
                {"clicks", std::move(clicks)}};
}

array batch_lines(std::string_view edge, std::string_view bytes) {
  array lines;
  schema::ClickBatch batch;
  if (!parse(batch, bytes)) return lines;
  std::uint64_t number = batch.first();
  for (const auto& click : batch.clicks()) {
    object line{{"edge", std::string(edge)}, {"incarnation", to_hex(batch.incarnation())}, {"number", number++}};
    for (auto& member : click_object(click)) line.emplace(member.key(), member.value());
    lines.push_back(std::move(line));
  }
  if (batch.clicks().empty()) {
    lines.push_back(object{{"edge", std::string(edge)},
                           {"incarnation", to_hex(batch.incarnation())},
                           {"number", batch.first()},
                           {"last", batch.last()},
                           {"void_reason", batch.void_reason()}});
  }
  return lines;
}

}  // namespace footfall::core
