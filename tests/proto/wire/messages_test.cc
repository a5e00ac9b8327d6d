// Heartbeat and watermark: every field survives, and what is not one is refused.
#include <gtest/gtest.h>

#include "proto/schema/click.pb.h"
#include "proto/wire/heartbeat.h"
#include "proto/wire/streams.h"
#include "proto/wire/watermark.h"

namespace footfall::wire {
namespace {

Heartbeat example_heartbeat() {
  return {.edge = "edge-1.example",
          .edge_number = 4095,
          .incarnation = Incarnation::random(),
          .head = ~std::uint64_t{0},
          .tick = 7,
          .ended = true,
          .generation = 3,
          .now_us = 1'700'000'000'000'001,
          .unstored_bytes = 1'000'000'000'000,
          .started_us = 1'600'000'000'000'002};
}

TEST(Heartbeat, EveryFieldSurvives) {
  const Heartbeat sent = example_heartbeat();
  const auto read = decode_heartbeat(encode_heartbeat(sent));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->edge, sent.edge);
  EXPECT_EQ(read->edge_number, sent.edge_number);
  EXPECT_EQ(read->incarnation, sent.incarnation);
  EXPECT_EQ(read->head, sent.head);
  EXPECT_EQ(read->tick, sent.tick);
  EXPECT_TRUE(read->ended);
  EXPECT_EQ(read->generation, sent.generation);
  EXPECT_EQ(read->now_us, sent.now_us);
  EXPECT_EQ(read->unstored_bytes, sent.unstored_bytes);
  EXPECT_EQ(read->started_us, sent.started_us);
}

TEST(Heartbeat, WhatIsNoneIsRefused) {
  EXPECT_FALSE(decode_heartbeat(""));
  EXPECT_FALSE(decode_heartbeat("\xff\xff\xff"));
  Heartbeat nameless = example_heartbeat();
  nameless.edge = "";
  EXPECT_FALSE(decode_heartbeat(encode_heartbeat(nameless)));
  Heartbeat too_long = example_heartbeat();
  too_long.edge = std::string(kEdgeNameLengthMax + 1, 'e');
  EXPECT_FALSE(decode_heartbeat(encode_heartbeat(too_long)));
  too_long.edge.pop_back();
  EXPECT_TRUE(decode_heartbeat(encode_heartbeat(too_long)));
  schema::Heartbeat short_incarnation;
  short_incarnation.set_edge("e");
  short_incarnation.set_incarnation("fifteen bytes!!");
  EXPECT_FALSE(decode_heartbeat(short_incarnation.SerializeAsString()));
}

TEST(Watermark, EveryFieldSurvives) {
  const Watermark sent{
      Incarnation::random(), 123'456'789'012, std::string("\x00\xff identity 16b", 16), 9, 4, true, 123};
  const auto read = decode_watermark(encode_watermark(sent));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->incarnation, sent.incarnation);
  EXPECT_EQ(read->position, sent.position);
  EXPECT_EQ(read->database, sent.database);
  EXPECT_EQ(read->epoch, sent.epoch);
  EXPECT_EQ(read->resend_nonce, sent.resend_nonce);
  EXPECT_TRUE(read->retired);
  EXPECT_EQ(read->heard, sent.heard);
}

TEST(Watermark, WhatIsNoneIsRefused) {
  EXPECT_FALSE(decode_watermark(""));
  EXPECT_FALSE(decode_watermark("\x0a\x10short"));
}

}  // namespace
}  // namespace footfall::wire
