#include "proto/base/clock.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace footfall {
namespace {

constexpr std::int64_t kJanuaryUs = 1'705'314'600'000'000;  // 2024-01-15T10:30:00Z

TEST(Iso8601, Formats) {
  EXPECT_EQ(iso8601_ms(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(iso8601_ms(kJanuaryUs + 123'999), "2024-01-15T10:30:00.123Z");
  EXPECT_EQ(iso8601_ms(-1), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(iso8601_ms(INT64_MAX), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(iso8601_ms(INT64_MIN), "0000-01-01T00:00:00.000Z");
}

TEST(Iso8601, ParsesDatesOffsetsAndFractions) {
  const std::pair<const char*, std::int64_t> cases[] = {
      {"2024-01-15T10:30:00Z", kJanuaryUs},
      {"2024-01-15t10:30:00z", kJanuaryUs},
      {"2024-01-15 10:30:00Z", kJanuaryUs},
      {"2024-01-15T10:30Z", kJanuaryUs},
      {"2024-01-15T12:30:00+02:00", kJanuaryUs},
      {"2024-01-15T12:30:00+0200", kJanuaryUs},
      {"2024-01-15T12:30:00+02", kJanuaryUs},
      {"2024-01-15T05:00:00-05:30", kJanuaryUs},
      {"2024-01-15T10:30:00.5Z", kJanuaryUs + 500'000},
      {"2024-01-15T10:30:00,123456789Z", kJanuaryUs + 123'456},
      {"2024-01-15", kJanuaryUs - 37'800'000'000},
      {"2024-02-29T00:00:00Z", 1'709'164'800'000'000},
      {"2016-12-31T23:59:60Z", 1'483'228'800'000'000},  // a leap second
      {"1969-12-31T23:59:59Z", -1'000'000},
  };
  for (const auto& [text, us] : cases) {
    const auto parsed = parse_iso8601(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(*parsed, us) << text;
  }
}

TEST(Iso8601, RefusesTheRest) {
  for (const char* text : {"",
                           "2024",
                           "2024-01",
                           "2024-1-15",
                           "2024-13-01",
                           "2024-00-01",
                           "2023-02-29",
                           "2024-04-31",
                           "2024-01-15T",
                           "2024-01-15T10",
                           "2024-01-15T10:30",
                           "2024-01-15T10:30:00",
                           "2024-01-15T24:00:00Z",
                           "2024-01-15T10:60:00Z",
                           "2024-01-15T10:30:61Z",
                           "2024-01-15T10:30:00.Z",
                           "2024-01-15T10:30:00+2",
                           "2024-01-15T10:30:00+24:00",
                           "2024-01-15T10:30:00Zx",
                           "2024-01-15x",
                           " 2024-01-15",
                           "2024-01-15 ",
                           "+024-01-15",
                           "1705314600",
                           "2024-01-15T10:30:00+02:60",
                           "2024-01-15T10:30:00.1234567890123456789Z",
                           "20240115T103000Z"}) {
    const auto parsed = parse_iso8601(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().kind, ErrorKind::invalid);
  }
}

RC_GTEST_PROP(Iso8601, RoundTripsToTheMillisecond, ()) {
  const auto ms = *rc::gen::inRange<std::int64_t>(-62'167'219'200'000, 253'402'300'800'000);
  const auto parsed = parse_iso8601(iso8601_ms(ms * 1000));
  RC_ASSERT(parsed && *parsed == ms * 1000);
}

TEST(Duration, ParsesUnits) {
  EXPECT_EQ(parse_duration_s("90"), 90);
  EXPECT_EQ(parse_duration_s("90s"), 90);
  EXPECT_EQ(parse_duration_s("15m"), 900);
  EXPECT_EQ(parse_duration_s("12h"), 43'200);
  EXPECT_EQ(parse_duration_s("30d"), 2'592'000);
  EXPECT_EQ(parse_duration_s("36500d"), 3'153'600'000);
  for (const char* bad : {"", "0", "0d", "-1", "s", "1w", "1.5h", "1 h", "36501d", "99999999999", "1hh", "+1"}) {
    EXPECT_FALSE(parse_duration_s(bad)) << bad;
  }
}

TEST(HttpDate, IsTheRfcsExample) {
  EXPECT_EQ(http_date(784'111'777'000'000), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(SystemClock, SleepsAtLeastAsLongAsAsked) {
  const Clock& clock = system_clock();
  const std::int64_t before_us = clock.steady_us();
  clock.sleep_us(3000);
  clock.sleep_us(-5);
  EXPECT_GE(clock.steady_us() - before_us, 3000);
  EXPECT_GT(clock.wall_us(), kJanuaryUs);
}

}  // namespace
}  // namespace footfall
