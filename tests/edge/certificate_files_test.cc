// What an operator is told of certificates and of what is stapled: by metrics, at the start and after a reload.
#include "edge/certificate_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/proto/tls/test_certificates.h"

namespace footfall::edge {
namespace {

class CertificateFilesTest : public testing::Test {
 protected:
  // Of the only sample of that name and labels.
  double metric(const std::string& sample) const {
    const std::string text = metrics_.expose();
    const std::size_t at = text.find("\nfootfall_edge_certificate" + sample + " ");
    return at == std::string::npos ? -1 : std::stod(text.substr(text.find(' ', at + 1)));
  }
  double seconds_left(const std::string& sample) const {
    return metric(sample) - static_cast<double>(system_clock().wall_us()) / 1e6;
  }

  tls::ShiftedClock clock_;
  Metrics metrics_;
  tls::TestFolder folder_;
  TlsConfig config_{.certificates = {folder_.certificate("shop", {"shop.example"}),
                                     folder_.certificate("links", {"links.example"}, {.ends_in_s = 1'800})},
                    .acme_directory = {}};
  CertificateFiles files_{config_, clock_, metrics_};
};

TEST_F(CertificateFilesTest, TheEndThatComesFirst) {
  EXPECT_EQ(metric("_expires_timestamp_seconds"), 0) << "nothing is loaded";
  ASSERT_TRUE(files_.load());
  EXPECT_NEAR(seconds_left("_expires_timestamp_seconds"), 1'800, 60);
  EXPECT_EQ(metric("_staple_expires_timestamp_seconds"), 0);
  EXPECT_EQ(metric("_staples_left_out"), 0) << "there are no files";
  EXPECT_EQ(metric("_reloads_total{outcome=\"loaded\"}"), 0) << "a start is no reload";
}

TEST_F(CertificateFilesTest, AReloadIsCounted) {
  ASSERT_TRUE(files_.load());
  folder_.certificate("links", {"links.example"});
  files_.reload();
  EXPECT_NEAR(seconds_left("_expires_timestamp_seconds"), 3'600, 60);
  EXPECT_EQ(metric("_reloads_total{outcome=\"loaded\"}"), 1);
  EXPECT_EQ(metric("s_refused"), 0);
}

TEST_F(CertificateFilesTest, ARefusedReloadLeavesWhatServes) {
  ASSERT_TRUE(files_.load());
  const auto before = files_.store().current();
  folder_.certificate("links", {"links.example"}, {.begins_in_s = -90, .ends_in_s = -60});
  files_.reload();
  EXPECT_EQ(files_.store().current(), before);
  EXPECT_EQ(metric("_reloads_total{outcome=\"refused\"}"), 1);
  EXPECT_EQ(metric("s_refused"), 1);
  EXPECT_NEAR(seconds_left("_expires_timestamp_seconds"), 1'800, 60);
  folder_.certificate("links", {"links.example"});
  files_.reload();
  EXPECT_NE(files_.store().current(), before);
  EXPECT_EQ(metric("_reloads_total{outcome=\"refused\"}"), 1);
  EXPECT_EQ(metric("s_refused"), 0) << "it is over";
}

TEST_F(CertificateFilesTest, StaplesThatAreLeftOut) {
  const std::string& shop = config_.certificates[0];
  const std::string& links = config_.certificates[1];
  tls::write_ocsp(shop, {.period = {.ends_in_s = 1'200}});
  std::ofstream(links + "/ocsp.der") << "nonsense";
  ASSERT_TRUE(files_.load()) << "a staple stops nothing";
  EXPECT_NEAR(seconds_left("_staple_expires_timestamp_seconds"), 1'200, 60);
  EXPECT_EQ(metric("_staples_left_out"), 1);
  clock_.shift_s = 1'500;
  EXPECT_EQ(metric("_staples_left_out"), 2) << "one is over by now";
  tls::write_ocsp(shop);
  std::filesystem::remove(links + "/ocsp.der");
  files_.reload();
  EXPECT_EQ(metric("_staples_left_out"), 0);
  EXPECT_NEAR(seconds_left("_staple_expires_timestamp_seconds"), 3'600, 60);
}

TEST_F(CertificateFilesTest, OneThatHasEndedIsBetterThanNoneAtTheStart) {
  folder_.certificate("links", {"links.example"}, {.begins_in_s = -90, .ends_in_s = -60});
  ASSERT_TRUE(files_.load());
  EXPECT_LT(seconds_left("_expires_timestamp_seconds"), 0);
}

TEST_F(CertificateFilesTest, WithoutTlsThereIsNothingToRead) {
  const TlsConfig none;
  Metrics metrics;
  CertificateFiles files(none, clock_, metrics);
  ASSERT_TRUE(files.load());
  files.reload();
  EXPECT_EQ(files.store().current(), nullptr);
  EXPECT_NE(metrics.expose().find("footfall_edge_certificate_reloads_total{outcome=\"loaded\"} 0"), std::string::npos);
}

}  // namespace
}  // namespace footfall::edge
