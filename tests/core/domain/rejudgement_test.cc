// COMMON.md D-44: what becomes of a click, and of its conversions, under new rules.
#include "core/domain/rejudgement.h"

#include <gtest/gtest.h>

#include "proto/wire/click.h"

namespace footfall::core {
namespace {

using wire::kVerdictBot;
using wire::kVerdictHead;
using wire::kVerdictNetwork;
using wire::kVerdictNoAgent;
using wire::kVerdictRevoked;

Ruling ruling(std::uint32_t verdict) { return {verdict, kVerdictBot | kVerdictNetwork}; }

TEST(JudgeAgain, TheRulingReplacesWhatTheRulesDecide) {
  EXPECT_EQ(judge_again(0, false, ruling(kVerdictBot)), kVerdictBot);
  EXPECT_EQ(judge_again(kVerdictBot, false, ruling(0)), 0u);
  EXPECT_EQ(judge_again(kVerdictBot, false, ruling(kVerdictNetwork)), kVerdictNetwork);
}

TEST(JudgeAgain, WhatTheEdgeSawStays) {
  for (std::uint32_t seen = 1; seen <= wire::kEdgeVerdicts; seen <<= 1) {
    ASSERT_TRUE(seen & wire::kEdgeVerdicts);
    EXPECT_EQ(judge_again(seen | kVerdictBot, false, ruling(0)), seen);
    EXPECT_EQ(judge_again(seen, false, ruling(kVerdictBot)), seen | kVerdictBot);
  }
}

TEST(JudgeAgain, ABitWhoseEvidenceIsGoneStays) {
  EXPECT_EQ(judge_again(kVerdictBot | kVerdictNetwork, false, {0, 0}), kVerdictBot | kVerdictNetwork);
  EXPECT_EQ(judge_again(kVerdictBot | kVerdictNetwork, false, {0, kVerdictBot}), kVerdictNetwork);
  EXPECT_EQ(judge_again(kVerdictNetwork, false, {kVerdictBot, kVerdictBot}), kVerdictBot | kVerdictNetwork);
  EXPECT_EQ(judge_again(kVerdictNoAgent, false, {0, kVerdictNetwork}), kVerdictNoAgent);
}

TEST(JudgeAgain, ARevocationIsLookedUpAgain) {
  EXPECT_EQ(judge_again(0, true, ruling(0)), kVerdictRevoked);
  EXPECT_EQ(judge_again(kVerdictRevoked, false, ruling(0)), 0u);
}

TEST(JudgeAgain, TwiceIsOnce) {
  for (std::uint32_t verdict : {0u, +kVerdictHead, kVerdictBot | kVerdictNetwork}) {
    for (std::uint32_t found : {0u, +kVerdictBot, kVerdictBot | kVerdictNetwork}) {
      const auto once = judge_again(verdict, false, ruling(found));
      EXPECT_EQ(judge_again(once, false, ruling(found)), once);
    }
  }
}

JudgedConversion credited(ConversionStatus status) { return {.status = status, .attributed = true, .by_click = true}; }
JudgedConversion uncredited(ConversionStatus status) { return {.status = status, .by_click = true}; }

TEST(CorrectionOf, AConvictedClickLosesWhatIsNotPaidYet) {
  using enum ConversionStatus;
  EXPECT_EQ(correction_of(credited(pending), false), Correction::reject);
  EXPECT_EQ(correction_of(credited(approved), false), Correction::reject);
  EXPECT_EQ(correction_of(credited(paid), false), Correction::paid);
  EXPECT_EQ(correction_of(credited(rejected), false), Correction::none);
  EXPECT_EQ(correction_of(credited(reversed), false), Correction::none);
  EXPECT_EQ(correction_of(uncredited(pending), false), Correction::none);
}

TEST(CorrectionOf, WhereACodeWasGivenAPersonDecides) {
  using enum ConversionStatus;
  auto conversion = credited(pending);
  conversion.code_given = true;
  EXPECT_EQ(correction_of(conversion, false), Correction::hold);
  conversion.waits_for_a_person = true;
  EXPECT_EQ(correction_of(conversion, false), Correction::by_hand);
  conversion.status = approved;
  EXPECT_EQ(correction_of(conversion, false), Correction::by_hand);
}

TEST(CorrectionOf, AnAcquittedClickIsCredited) {
  using enum ConversionStatus;
  EXPECT_EQ(correction_of(uncredited(pending), true), Correction::attribute);
  EXPECT_EQ(correction_of(credited(pending), true), Correction::none);
}

TEST(CorrectionOf, OnlyARejectionForTheClickIsTakenBack) {
  using enum ConversionStatus;
  auto conversion = uncredited(rejected);
  EXPECT_EQ(correction_of(conversion, true), Correction::none);
  conversion.rejected_for_click = true;
  EXPECT_EQ(correction_of(conversion, true), Correction::restore);
}

TEST(CorrectionOf, ACommissionThatWasRestoredByHandIsNotComputedTwice) {
  using enum ConversionStatus;
  auto conversion = uncredited(pending);
  conversion.has_commission = true;
  EXPECT_EQ(correction_of(conversion, true), Correction::restore);
  conversion.status = approved;
  EXPECT_EQ(correction_of(conversion, true), Correction::none);
}

TEST(CorrectionOf, ConversionsOfOtherSignalsStay) {
  for (bool is_human : {true, false}) {
    EXPECT_EQ(correction_of({.attributed = true, .code_given = true}, is_human), Correction::none);
  }
}

TEST(RulesVersion, IsShort) {
  EXPECT_EQ(rules_version(std::string(32, '\xab')), "abababababab");
  EXPECT_EQ(rules_version(""), "");
}

}  // namespace
}  // namespace footfall::core
