#include "proto/base/logging.h"
#include "proto/base/clock.h"
#include "tests/support/wait_until.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <limits>
#include <sstream>
#include <thread>
#include <vector>

namespace footfall {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string json_of(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

std::vector<boost::json::object> lines_of(const std::string& text) {
  std::vector<boost::json::object> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(boost::json::parse(line).as_object());
  return lines;
}

TEST(JsonString, EscapesWhatMustNotStand) {
  EXPECT_EQ(json_of("a\"b\\c/é"), R"("a\"b\\c/é")");
  EXPECT_EQ(json_of("\n\x1b[31m\x7f"), R"("\u000a\u001b[31m\u007f")");
  EXPECT_EQ(json_of("a\xFFz"), "\"a\xEF\xBF\xBDz\"");
}

TEST(Log, WritesOneJsonObjectALine) {
  testing::internal::CaptureStderr();
  log_info("trial.event", {{"text", "two\nlines"},
                           {"count", std::uint64_t{18'446'744'073'709'551'615u}},
                           {"delta", -5},
                           {"ratio", 0.5},
                           {"none", std::numeric_limits<double>::infinity()},
                           {"flag", true}});
  log_debug("trial.silent");
  const std::string text = testing::internal::GetCapturedStderr();
  const auto lines = lines_of(text);
  ASSERT_EQ(lines.size(), 1u);
  const auto& line = lines[0];
  EXPECT_EQ(line.at("level"), "info");
  EXPECT_EQ(line.at("event"), "trial.event");
  EXPECT_EQ(line.at("text"), "two\nlines");
  EXPECT_EQ(line.at("count"), 18'446'744'073'709'551'615u);
  EXPECT_EQ(line.at("delta"), -5);
  EXPECT_EQ(line.at("ratio"), 0.5);
  EXPECT_TRUE(line.at("none").is_null());
  EXPECT_EQ(line.at("flag"), true);
  EXPECT_EQ(line.at("time").as_string().size(), 24u);
  EXPECT_TRUE(text.starts_with("{\"time\":"));
}

TEST(Log, QueuesAndFlushesAtStop) {
  testing::internal::CaptureStderr();
  start_logging(LogLevel::debug);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      for (int i = 0; i < 100; ++i) log_debug("trial.line", {{"thread", t}, {"i", i}});
    });
  }
  for (auto& thread : threads) thread.join();
  stop_logging();
  log_error("trial.after");
  const auto lines = lines_of(testing::internal::GetCapturedStderr());
  ASSERT_EQ(lines.size(), 401u);
  EXPECT_EQ(lines.back().at("event"), "trial.after");
  EXPECT_EQ(log_lines_dropped(), 0u);
  start_logging(LogLevel::info);
  stop_logging();
}

TEST(Log, TheThresholdHolds) {
  testing::internal::CaptureStderr();
  start_logging(LogLevel::warn);
  log_info("trial.silent");
  log_warn("trial.heard");
  stop_logging();
  const std::string text = testing::internal::GetCapturedStderr();
  start_logging(LogLevel::info);
  stop_logging();
  EXPECT_THAT(text, Not(HasSubstr("silent")));
  EXPECT_THAT(text, HasSubstr("\"level\":\"warn\",\"event\":\"trial.heard\""));
}

TEST(Log, AFullQueueDropsTheOldestAndCounts) {
  testing::internal::CaptureStderr();
  start_logging(LogLevel::info);
  constexpr std::uint64_t kLines = 100'000;
  const std::string filler(200, 'x');
  for (std::uint64_t i = 0; i < kLines; ++i) log_info("trial.flood", {{"i", i}, {"filler", filler}});
  stop_logging();
  const auto lines = lines_of(testing::internal::GetCapturedStderr());
  EXPECT_EQ(lines.size() + log_lines_dropped(), kLines);
  EXPECT_EQ(lines.back().at("i"), kLines - 1);  // never the newest
}

TEST(Log, LimitsWhatAnEnemyCanRepeat) {
  testing::internal::CaptureStderr();
  for (int i = 0; i < 1000; ++i) log_warn_limited("trial.limited");
  log_warn_limited("trial.other");
  const std::int64_t due_us = system_clock().steady_us() + 1'000'000;
  EXPECT_TRUE(support::wait_until([&] { return system_clock().steady_us() > due_us; }));
  log_warn_limited("trial.limited");
  const auto lines = lines_of(testing::internal::GetCapturedStderr());
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_FALSE(lines[0].contains("held_back"));
  EXPECT_EQ(lines[1].at("event"), "trial.other");
  EXPECT_EQ(lines[2].at("held_back"), 999);
}

}  // namespace
}  // namespace footfall
