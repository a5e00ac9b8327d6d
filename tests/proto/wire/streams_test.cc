#include "proto/wire/streams.h"

#include <gtest/gtest.h>

namespace footfall::wire {
namespace {

TEST(Keys, AreWhatTheHeaderSays) {
  const auto incarnation = Incarnation::from_hex("00112233445566778899aabbccddeeff").value();
  EXPECT_EQ(clicks_stream_key("edge-1", incarnation), "footfall:clicks:edge-1:00112233445566778899aabbccddeeff");
  EXPECT_EQ(directory_snapshot_key(3, 1000, 7), "footfall:directory:snapshot:3:1000:7");
  EXPECT_EQ(limit_key("clicks", "42"), "footfall:limit:clicks:42");
}

TEST(EntryId, RoundTripsAndOrders) {
  for (const EntryId id : {EntryId{0, 0}, EntryId{1, 2}, EntryId{UINT64_MAX, UINT64_MAX}}) {
    EXPECT_EQ(parse_entry_id(id.text()), id);
  }
  EXPECT_LT((EntryId{1, 9}), (EntryId{2, 1}));
  EXPECT_LT((EntryId{1, 9}), (EntryId{1, 10}));
}

TEST(EntryId, RefusesTheRest) {
  for (const char* bad : {"", "-", "1", "1-", "-1", "1-2-3", "a-1", "1-a", "1--2", " 1-2", "1-2 ", "+1-2", "1-*",
                          "18446744073709551616-0", "0-18446744073709551616"}) {
    EXPECT_FALSE(parse_entry_id(bad)) << bad;
  }
}

}  // namespace
}  // namespace footfall::wire
