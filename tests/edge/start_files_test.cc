// What --check-config finds before a restart does, and what a start makes by itself.
#include "edge/start_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "tests/proto/tls/test_certificates.h"
#include "tests/support/child_process.h"

namespace footfall::edge {
namespace {

class StartFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    config_.log.directory = path("log");
    std::ofstream(path("file")) << "text";
  }
  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
  // The refusal; else the warnings, one a line.
  std::string check() const {
    const auto checked = check_files(config_, system_clock());
    if (!checked) return "refused: " + checked.error().message;
    std::string lines;
    for (const std::string& warning : *checked) lines += warning + "\n";
    return lines;
  }
  void expect_refused(const std::string& key, const std::string& words) const {
    const std::string said = check();
    EXPECT_TRUE(said.starts_with("refused: " + key + ": ")) << said;
    EXPECT_NE(said.find(words), std::string::npos) << said;
  }

  support::TempDir folder_;
  tls::TestFolder certificates_;
  Config config_;
};

TEST_F(StartFilesTest, NothingIsMissing) {
  config_.tls.certificates = {certificates_.certificate("shop", {"shop.example"})};
  EXPECT_EQ(check(), "");
  EXPECT_FALSE(std::filesystem::exists(path("log"))) << "a check makes nothing";
}

TEST_F(StartFilesTest, Certificates) {
  config_.tls.certificates = {path("nonexistent")};
  expect_refused("tls.certificates", "/nonexistent/fullchain.pem");
  const std::string shop = certificates_.certificate("shop", {"shop.example"});
  const std::string other = certificates_.certificate("other", {"other.example"});
  config_.tls.certificates = {shop, other};
  std::filesystem::copy_file(shop + "/privkey.pem", other + "/privkey.pem",
                             std::filesystem::copy_options::overwrite_existing);
  expect_refused("tls.certificates", "/other/privkey.pem");
  std::filesystem::remove(other + "/privkey.pem");
  expect_refused("tls.certificates", "/other/privkey.pem");
}

TEST_F(StartFilesTest, WhatClientsWillNotBelieveIsAWarning) {
  const std::string old = certificates_.certificate("old", {"old.example"}, {.begins_in_s = -90, .ends_in_s = -60});
  const std::string shop = certificates_.certificate("shop", {"shop.example"});
  tls::write_ocsp(shop, {.period = {.begins_in_s = -90, .ends_in_s = -60}});
  const std::string links = certificates_.certificate("links", {"a.example"}, {.begins_in_s = 900, .ends_in_s = 1'900});
  std::ofstream(links + "/ocsp.der") << "nonsense";
  config_.tls.certificates = {old, shop, links};
  const std::string said = check();
  EXPECT_FALSE(said.starts_with("refused")) << said;
  for (const char* words : {"/old/fullchain.pem ended at ", "/shop/ocsp.der ended at ",
                            "/links/fullchain.pem begins at ", "/links/ocsp.der is no OCSP response"}) {
    EXPECT_NE(said.find(words), std::string::npos) << words << " in " << said;
  }
}

TEST_F(StartFilesTest, TheFolderForChallengesIsMade) {
  config_.tls.acme_directory = path("file/acme");
  expect_refused("tls.acme_directory", "/file is no folder");
  EXPECT_FALSE(make_folders(config_));
  config_.tls.acme_directory = path("file");
  expect_refused("tls.acme_directory", "/file is no folder");
  config_.tls.acme_directory = path("acme/.well-known/acme-challenge");
  EXPECT_NE(check().find("is not there yet"), std::string::npos);
  ASSERT_TRUE(make_folders(config_));
  EXPECT_TRUE(std::filesystem::is_directory(config_.tls.acme_directory));
  EXPECT_EQ(check(), "");
  EXPECT_TRUE(make_folders(config_)) << "it is there";
}

TEST_F(StartFilesTest, TheLogsFolder) {
  config_.log.directory = path("file/log");
  expect_refused("log.directory", "/file is no folder");
  config_.ack = "redis";
  EXPECT_EQ(check(), "") << "there is none";
}

// In a process of its own that gives up root's rights, which are rights to everything.
TEST_F(StartFilesTest, WithoutTheRightToIt) {
  constexpr ::uid_t kNobody = 65'534;
  std::filesystem::create_directory(path("closed"));
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0755), 0);
  ASSERT_EQ(::chmod(path("closed").c_str(), 0500), 0);
  const auto say = [this] {
    if (::geteuid() == 0 && ::setuid(kNobody) != 0) std::exit(1);
    std::cerr << check();
    std::exit(0);
  };
  config_.log.directory = path("closed");
  EXPECT_EXIT(say(), testing::ExitedWithCode(0), "refused: log.directory: .* cannot be used: Permission denied");
  config_.log.directory = path("closed/log");
  EXPECT_EXIT(say(), testing::ExitedWithCode(0), "refused: log.directory: .* cannot be made in .*/closed: ");
}

TEST_F(StartFilesTest, TheDatabaseOfCountriesIsMissedAndNotNeeded) {
  config_.countries.database = path("nonexistent.mmdb");
  const std::string said = check();
  EXPECT_TRUE(said.starts_with("countries.database: ")) << said;
  EXPECT_NE(said.find("nonexistent.mmdb"), std::string::npos);
}

TEST_F(StartFilesTest, Pages) {
  config_.pages_directory = path("nonexistent");
  expect_refused("pages.directory", "/nonexistent");
}

}  // namespace
}  // namespace footfall::edge
