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

VerdictEvidence evidence(std::uint32_t verdict) { return {verdict, true, true, false}; }

TEST(JudgeAgain, TheRulingReplacesWhatTheRulesDecide) {
  EXPECT_EQ(judge_again(evidence(0), kVerdictBot), kVerdictBot);
  EXPECT_EQ(judge_again(evidence(kVerdictBot), 0), 0u);
  EXPECT_EQ(judge_again(evidence(kVerdictBot), kVerdictNetwork), kVerdictNetwork);
}

TEST(JudgeAgain, WhatTheEdgeSawStays) {
  EXPECT_EQ(judge_again(evidence(kVerdictHead | kVerdictBot), 0), kVerdictHead);
  EXPECT_EQ(judge_again(evidence(kVerdictHead), kVerdictBot), kVerdictHead | kVerdictBot);
}

TEST(JudgeAgain, ABitWhoseEvidenceIsGoneStays) {
  EXPECT_EQ(judge_again({kVerdictBot | kVerdictNetwork, false, false, false}, 0), kVerdictBot | kVerdictNetwork);
  EXPECT_EQ(judge_again({kVerdictBot | kVerdictNetwork, true, false, false}, 0), kVerdictNetwork);
  EXPECT_EQ(judge_again({kVerdictNoAgent, false, true, false}, 0), kVerdictNoAgent);
}

TEST(JudgeAgain, ARevocationIsLookedUpAgain) {
  EXPECT_EQ(judge_again({0, true, true, true}, 0), kVerdictRevoked);
  EXPECT_EQ(judge_again({kVerdictRevoked, true, true, false}, 0), 0u);
}

TEST(JudgeAgain, TwiceIsOnce) {
  for (std::uint32_t verdict : {0u, +kVerdictHead, kVerdictBot | kVerdictNetwork}) {
    for (std::uint32_t ruling : {0u, +kVerdictBot, kVerdictBot | kVerdictNetwork}) {
      const auto once = judge_again(evidence(verdict), ruling);
      EXPECT_EQ(judge_again(evidence(once), ruling), once);
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
