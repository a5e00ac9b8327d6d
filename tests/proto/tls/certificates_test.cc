#include "proto/tls/certificates.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "tests/proto/tls/test_certificates.h"

namespace footfall::tls {
namespace {

class CertificatesTest : public testing::Test {
 protected:
  void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }
  std::string failure(const std::vector<std::string>& folders) {
    const auto loaded = store_.load(folders, Version::tls_1_2);
    return loaded ? "" : loaded.error().message;
  }

  TestFolder folder_;
  CertificateStore store_{system_clock()};
};

TEST_F(CertificatesTest, TheNameChoosesTheCertificate) {
  const std::string shop = folder_.certificate("shop", {"shop.example", "WWW.shop.example"});
  const std::string links = folder_.certificate("links", {"*.go.example"});
  ASSERT_TRUE(store_.load({shop, links}, Version::tls_1_2));
  const auto all = store_.current();
  const auto* const first = all->context_for({});
  const auto* const second = all->context_for("a.go.example");
  EXPECT_NE(first, second);
  EXPECT_EQ(all->context_for("shop.example"), first);
  EXPECT_EQ(all->context_for("www.shop.example"), first);
  EXPECT_EQ(all->context_for("b.go.example"), second);
  EXPECT_EQ(all->context_for("a.b.go.example"), first) << "a wildcard stands for one label";
  EXPECT_EQ(all->context_for("go.example"), first);
  EXPECT_EQ(all->context_for(".go.example"), first);
  EXPECT_EQ(all->context_for("elsewhere.example"), first);
}

TEST_F(CertificatesTest, AnExactNameGoesBeforeAWildcard) {
  const std::string any = folder_.certificate("any", {"*.example.com"});
  const std::string one = folder_.certificate("one", {"one.example.com"});
  ASSERT_TRUE(store_.load({any, one}, Version::tls_1_2));
  const auto all = store_.current();
  EXPECT_NE(all->context_for("one.example.com"), all->context_for("two.example.com"));
}

TEST_F(CertificatesTest, SaysWhatACertificateIs) {
  const std::string shop = folder_.certificate("shop", {"shop.example", "www.shop.example"});
  ASSERT_TRUE(store_.load({shop}, Version::tls_1_2));
  const std::vector<CertificateInfo> all = store_.current()->list();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].folder, shop);
  EXPECT_EQ(all[0].names, (std::vector<std::string>{"shop.example", "www.shop.example"}));
  EXPECT_EQ(all[0].staple_ends_s, 0);
  EXPECT_EQ(all[0].staple_refusal, "");
  const std::int64_t now_s = system_clock().wall_us() / 1'000'000;
  EXPECT_NEAR(static_cast<double>(all[0].expires_s), static_cast<double>(now_s + 3'600), 60);
}

TEST_F(CertificatesTest, WhatCannotBeUsedIsNamedAndChangesNothing) {
  const std::string good = folder_.certificate("good", {"good.example"});
  ASSERT_TRUE(store_.load({good}, Version::tls_1_2));
  const auto before = store_.current();

  EXPECT_NE(failure({folder_.path() + "/none"}).find("/none/fullchain.pem"), std::string::npos);
  const std::string nameless = folder_.certificate("nameless", {});
  EXPECT_NE(failure({good, nameless}).find("names no host"), std::string::npos);
  const std::string other = folder_.certificate("other", {"other.example"});
  std::filesystem::copy_file(other + "/privkey.pem", good + "/privkey.pem",
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_NE(failure({good}).find("/good/privkey.pem"), std::string::npos) << "the key of another certificate";

  EXPECT_EQ(store_.current(), before);
}

// OpenSSL would ask on the terminal for the passphrase, and the edge would wait there.
TEST_F(CertificatesTest, AnEncryptedKeyIsRefusedWithoutAsking) {
  const std::string shop = folder_.certificate("shop", {"shop.example"});
  encrypt_key(shop);
  EXPECT_EQ(failure({shop}),
            shop + "/privkey.pem: the private key is encrypted; it must be stored without a passphrase");
  folder_.certificate("shop", {"shop.example"});
  EXPECT_EQ(failure({shop}), "");
}

// Of a certificate that was not renewed but replaced by an old one, a clock that is wrong, a copy of the wrong file.
TEST_F(CertificatesTest, AGoodOneIsNotReplacedByOneThatDoesNotHold) {
  const std::string shop = folder_.certificate("shop", {"shop.example"});
  ASSERT_TRUE(store_.load({shop}, Version::tls_1_2));
  const auto before = store_.current();
  folder_.certificate("shop", {"shop.example"}, {.begins_in_s = -7'200, .ends_in_s = -60});
  EXPECT_NE(failure({shop}).find("/shop/fullchain.pem: ended"), std::string::npos);
  folder_.certificate("shop", {"shop.example"}, {.begins_in_s = 3'600, .ends_in_s = 7'200});
  EXPECT_NE(failure({shop}).find("/shop/fullchain.pem: begins"), std::string::npos);
  EXPECT_EQ(store_.current(), before);
  folder_.certificate("shop", {"shop.example"});
  EXPECT_EQ(failure({shop}), "");
}

// There is nothing better; and what is renewed of the others must not wait for it.
TEST_F(CertificatesTest, OneThatDoesNotHoldIsTakenWhereNoBetterOneIs) {
  const std::string shop = folder_.certificate("shop", {"shop.example"}, {.begins_in_s = -7'200, .ends_in_s = -60});
  const std::string links = folder_.certificate("links", {"links.example"});
  ASSERT_TRUE(store_.load({shop, links}, Version::tls_1_2));
  const auto before = store_.current();
  folder_.certificate("links", {"links.example"});
  EXPECT_EQ(failure({shop, links}), "");
  EXPECT_NE(store_.current(), before);
}

TEST_F(CertificatesTest, WithoutFoldersThereIsNoTls) {
  ASSERT_TRUE(store_.load({}, Version::tls_1_2));
  EXPECT_EQ(store_.current(), nullptr);
}

}  // namespace
}  // namespace footfall::tls
