#include "core/domain/fraud.h"

#include <gtest/gtest.h>

namespace footfall::core {
namespace {

using std::string_literals::operator""s;

std::string text(const std::vector<FraudFinding>& findings) { return findings_text(findings); }

TEST(Fraud, AddressesOfOneMailboxAreOne) {
  const std::pair<const char*, const char*> same[] = {
      {" Jane@Blog.Example ", "jane@blog.example"},
      {"jane+shop+x@blog.example", "jane@blog.example"},
      {"J.a.n.e+x@GoogleMail.com", "jane@gmail.com"},
      {"JÄNE@BLOG.EXAMPLE", "jäne@blog.example"},
  };
  for (const auto& [written, mailbox] : same) EXPECT_EQ(mailbox_of(written), mailbox) << written;
  EXPECT_NE(mailbox_of("j.ane@blog.example"), mailbox_of("jane@blog.example"));
  for (const char* none : {"", "jane", "@blog.example", "jane@", "+x@blog.example"})
    EXPECT_EQ(mailbox_of(none), "") << none;
}

TEST(Fraud, AKeptAddressIsComparedAsFarAsItWasKept) {
  const std::string truncated = "\xcb\x00\x71\x00"s;  // 203.0.113.0
  const std::string full = "\xcb\x00\x71\x09"s;
  EXPECT_TRUE(is_same_network(truncated, "203.0.113.200"));
  EXPECT_FALSE(is_same_network(truncated, "203.0.114.200"));
  EXPECT_TRUE(is_same_network(full, "203.0.113.9"));
  EXPECT_FALSE(is_same_network(full, "203.0.113.10"));
  std::string v6 = "\x20\x01\x0d\xb8\x00\x01"s + std::string(10, '\0');
  EXPECT_TRUE(is_same_network(v6, "2001:db8:1:77::"));
  EXPECT_FALSE(is_same_network(v6, "2001:db8:2:77::"));
  v6[7] = 0x77;
  EXPECT_TRUE(is_same_network(v6, "2001:db8:1:77::"));
  EXPECT_FALSE(is_same_network(v6, "2001:db8:1:78::"));
  for (const char* other : {"", "here", "::1", "203.0.113.0/24"}) EXPECT_FALSE(is_same_network(full, other)) << other;
  EXPECT_FALSE(is_same_network("", ""));
}

// SE-65
TEST(Fraud, EachRuleSaysWhatItFound) {
  FraudEvidence evidence;
  evidence.affiliate_emails = {"jane@blog.example", ""};
  evidence.affiliate_addresses = {"203.0.113.9"};
  const std::string address = "\xcb\x00\x71\x00"s;
  EXPECT_EQ(text(judge_fraud(kFraudRules, evidence, "", "")), "");
  EXPECT_EQ(text(judge_fraud(kFraudRules, evidence, "buyer@blog.example", "")), "");
  EXPECT_EQ(text(judge_fraud(kFraudRules, evidence, "JANE+1@blog.example", address)),
            "fraud rules: self_referral_email, self_referral_address");
  evidence.affiliate_visitor_hash = "0a0b";
  EXPECT_EQ(findings_json(judge_fraud(kFraudRules, evidence, "", "")),
            R"([{"rule":"self_referral_visitor","hash":"0a0b"}])");
  EXPECT_EQ(text(judge_fraud(FraudRules{.duplicate_s = 1}, evidence, "", "")), "");
  evidence.affiliate_visitor_hash.clear();
  evidence.same_buyer = "order-1";
  evidence.recent = kFraudRules.velocity_count - 1;
  const auto repeated = judge_fraud(kFraudRules, evidence, "", "");
  EXPECT_EQ(findings_json(repeated),
            R"([{"rule":"duplicate_purchase","by":"prospect_email","repeats":"order-1","window_seconds":86400}])");
  evidence.recent = kFraudRules.velocity_count;
  EXPECT_EQ(text(judge_fraud(kFraudRules, evidence, "", "")), "fraud rules: duplicate_purchase, velocity");
  EXPECT_TRUE(judge_fraud(FraudRules{}, evidence, "jane@blog.example", address).empty());
  EXPECT_FALSE(FraudRules{}.any());
}

}  // namespace
}  // namespace footfall::core
