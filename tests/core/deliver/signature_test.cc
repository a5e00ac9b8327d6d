// SELX-11 and BACX-22. The expected values were computed with `openssl dgst -sha256 -mac HMAC`, hexkey for Selgeo and key for BaClique.
#include "core/deliver/signature.h"

#include <gtest/gtest.h>

namespace footfall::core {
namespace {

constexpr std::string_view kSecret = "whsec_000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

TEST(WebhookSignature, SelgeoSignsWithTheBytesThatTheDigitsSpell) {
  EXPECT_EQ(webhook_signature(wire::Dialect::selgeo, kSecret, 1'705'765'200, R"({"id":"evt_1"})"),
            "t=1705765200,v1=2bd7dcbfb83ba5ae2a1308cc5d9900fcd8bb9386997d47ae4986339ffb8a216a");
}

TEST(WebhookSignature, BaCliqueSignsWithTheTextOfTheSecret) {
  EXPECT_EQ(webhook_signature(wire::Dialect::baclique, kSecret, 1'705'765'200, R"({"id":"evt_1"})"),
            "t=1705765200,v1=8514ffc42cccf068df4b868c26c0d00fcd83fede9c6c21a157fc39e5ca15501b");
}

TEST(WebhookSignature, Fields) {
  EXPECT_EQ(webhook_fields(wire::Dialect::baclique, "payout.created", "t=1,v1=00"),
            (std::vector<std::string>{"Content-Type: application/json", "User-Agent: Footfall-Webhooks/1",
                                      "X-BaClique-Signature: t=1,v1=00", "X-BaClique-Event: payout.created"}));
  EXPECT_EQ(webhook_fields(wire::Dialect::selgeo, "webhook.test", "s")[2], "X-Selgeo-Signature: s");
}

}  // namespace
}  // namespace footfall::core
