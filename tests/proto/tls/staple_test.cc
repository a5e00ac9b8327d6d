// What is stapled to handshakes, as a client sees it, and why a response is left out.
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "proto/tls/certificates.h"
#include "proto/tls/session.h"
#include "tests/proto/tls/test_certificates.h"
#include "tests/proto/tls/test_client.h"

namespace footfall::tls {
namespace {

class StapleTest : public testing::Test {
 protected:
  void load() { ASSERT_TRUE(store_.load({shop_}, Version::tls_1_2)) << "a staple never stops a certificate"; }
  // Why ocsp.der is left out; empty: it is not.
  std::string refusal() {
    load();
    return store_.current()->list()[0].staple_refusal;
  }
  void expect_refused(const std::string& why) {
    EXPECT_NE(refusal().find(why), std::string::npos) << refusal();
    EXPECT_EQ(stapled(), "");
    EXPECT_EQ(store_.current()->list()[0].staple_ends_s, 0);
  }
  // What a client is given; it has to see the certificate in any case.
  std::string stapled(int version = TLS1_3_VERSION) {
    TestClient client({.host = "shop.example", .version = version, .asks_for_ocsp = true});
    Session server(store_.current());
    std::string plain;
    exchange(client, server, plain);
    EXPECT_EQ(client.common_name(), "shop");
    const unsigned char* der = nullptr;
    const long size = SSL_get_tlsext_status_ocsp_resp(client.get(), &der);
    return size > 0 ? std::string(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)) : "";
  }
  std::string file() const {
    std::ifstream in(shop_ + "/ocsp.der", std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write(const std::string& bytes) const { std::ofstream(shop_ + "/ocsp.der", std::ios::binary) << bytes; }

  ShiftedClock clock_;
  TestFolder folder_;
  std::string shop_ = folder_.certificate("shop", {"shop.example"});
  CertificateStore store_{clock_};
};

TEST_F(StapleTest, AGoodResponseIsStapledAsItIs) {
  write_ocsp(shop_);
  EXPECT_EQ(refusal(), "");
  EXPECT_FALSE(file().empty());
  EXPECT_EQ(stapled(TLS1_2_VERSION), file());
  EXPECT_EQ(stapled(TLS1_3_VERSION), file());
}

TEST_F(StapleTest, OneThatComesLaterIsStapledFromTheNextLoadOn) {
  load();
  EXPECT_EQ(stapled(), "");
  write_ocsp(shop_);
  load();
  EXPECT_EQ(stapled(), file());
}

TEST_F(StapleTest, WhatIsNoResponseIsLeftOut) {
  write("");
  expect_refused("/shop/ocsp.der");
  write("no OCSP response");
  expect_refused("no OCSP response in DER");
  write(std::string("\x30\x03\x0a\x01\x03", 5));  // a whole response that says "try later"
  expect_refused("does not say \"successful\" but \"trylater\"");
  write_ocsp(shop_);
  write(file() + "more");
  expect_refused("no OCSP response in DER");
  write(std::string(100'000, '0'));
  expect_refused("64 KiB");
  std::filesystem::remove(shop_ + "/ocsp.der");
  std::filesystem::create_directory(shop_ + "/ocsp.der");
  expect_refused("cannot be read");
}

// The file of the certificate before, after a renewal.
TEST_F(StapleTest, OneOfAnotherCertificateIsLeftOut) {
  write_ocsp(shop_);
  folder_.certificate("shop", {"shop.example"});
  expect_refused("another certificate");
  const std::string other = folder_.certificate("other", {"other.example"});
  write_ocsp(shop_, {.about = other});
  expect_refused("another certificate");
}

TEST_F(StapleTest, OneThatNobodyWouldBelieveIsLeftOut) {
  write_ocsp(shop_, {.by = folder_.certificate("stranger", {"stranger.example"})});
  expect_refused("not signed by");
  write_ocsp(shop_);
  std::string bytes = file();
  bytes[bytes.size() / 3] = static_cast<char>(bytes[bytes.size() / 3] ^ 1);
  write(bytes);
  EXPECT_NE(refusal(), "");
  EXPECT_EQ(stapled(), "");
}

TEST_F(StapleTest, OneThatDoesNotSayGoodIsLeftOut) {
  write_ocsp(shop_, {.is_good = false});
  expect_refused("revoked");
  write_ocsp(shop_, {.has_end = false});
  expect_refused("until when");
}

TEST_F(StapleTest, OneIsStapledWhileItHolds) {
  write_ocsp(shop_, {.period = {.begins_in_s = 600, .ends_in_s = 1'200}});
  load();
  EXPECT_EQ(stapled(), "") << "not yet";
  const CertificateInfo info = store_.current()->list()[0];
  const std::int64_t now_s = clock_.wall_us() / 1'000'000;
  EXPECT_NEAR(static_cast<double>(info.staple_ends_s), static_cast<double>(now_s + 1'200), 60);
  EXPECT_FALSE(info.is_stapled(now_s));
  EXPECT_TRUE(info.is_stapled(now_s + 900));
  EXPECT_FALSE(info.is_stapled(info.staple_ends_s));
  clock_.shift_s = 900;
  EXPECT_EQ(stapled(), file()) << "without another load";
  clock_.shift_s = 1'800;
  EXPECT_EQ(stapled(), "") << "no longer";
  load();
  EXPECT_EQ(stapled(), "");
}

}  // namespace
}  // namespace footfall::tls
