// Runs commands in this process, against a database of the test's own, and takes what they print.
#pragma once

#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <vector>

#include "core/cli/command.h"
#include "tests/core/storage/shared_postgres.h"

namespace footfall::core {

struct Outcome {
  int status = 0;
  std::string out, err;
};

class CommandLine : public testing::Test {
 protected:
  std::string url_ = shared_postgres().fresh_database();
  std::string redis_url_ = "redis://127.0.0.1:1";
  std::vector<ReplayRequest> replays_;
  Hooks hooks_{
      [this](const std::string&) {
        return Result<Settings>(Settings{url_, redis_url_, "c.localhost", "http://site.localhost:8080"});
      },
      [this](Database&, const ReplayRequest& request) {
        replays_.push_back(request);
        return Result<ReplayReport>(ReplayReport{2, 1, 1, 0, 0, 1});
      },
      [](const DeadLetter&) { return std::vector<LetterClick>(); },
      [] { return Result<VerdictRules>(VerdictRules{std::string(32, 'r'), [](auto, auto) { return Ruling{}; }}); },
      [](const DepositRow&) { return Result<std::optional<PaymentSession>>(std::nullopt); }};

  Outcome run(std::vector<std::string> words) {
    words.insert(words.begin(), "footfall-core");
    std::vector<const char*> argv;
    for (const auto& word : words) argv.push_back(word.c_str());
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    Outcome outcome;
    outcome.status = run_command(hooks_, static_cast<int>(argv.size()), argv.data());
    outcome.out = testing::internal::GetCapturedStdout();
    outcome.err = testing::internal::GetCapturedStderr();
    return outcome;
  }
  boost::json::object json(std::vector<std::string> words) {
    words.push_back("--json");
    const auto outcome = run(words);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    if (outcome.status != 0) return {};
    return boost::json::parse(outcome.out).as_object();
  }
  // The error of a command that is refused.
  std::string refused(std::vector<std::string> words) {
    words.push_back("--json");
    const auto outcome = run(words);
    EXPECT_EQ(outcome.status, 1) << outcome.out;
    EXPECT_EQ(outcome.out, "");
    const auto error = boost::json::parse(outcome.err).at("error");
    EXPECT_FALSE(error.at("message").as_string().empty());
    return std::string(error.at("code").as_string());
  }
  static std::string text(const boost::json::value& value) { return std::string(value.as_string()); }
};

}  // namespace footfall::core
