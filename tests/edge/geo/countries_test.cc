// The country of an address, COMMON.md D-42.
#include "edge/geo/countries.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/edge/geo/made_database.h"
#include "tests/support/child_process.h"

namespace footfall::edge {
namespace {

using testing::country_database;

const std::vector<std::pair<std::string, std::string>> kNetworks = {
    {"192.0.2.0/24", "DE"}, {"198.51.100.0/25", "AT"}, {"198.51.100.128/25", "CH"}, {"2001:db8::/32", "US"}};

class CountriesTest : public ::testing::Test {
 protected:
  // As careful operators do: beside it, then renamed.
  void write(const std::string& bytes) {
    std::ofstream(path() + ".new", std::ios::binary) << bytes;
    std::filesystem::rename(path() + ".new", path());
  }
  std::string path() const { return (folder.path() / "countries.mmdb").string(); }
  std::string of(const std::string& address) { return std::string(lookup.find(http::parse_address(address))); }

  support::TempDir folder;
  Metrics metrics;
  Countries countries{path(), system_clock(), metrics};
  CountryLookup lookup{countries};
};

TEST_F(CountriesTest, AddressesHaveTheCountryOfTheirNetwork) {
  write(country_database(kNetworks));
  countries.look();
  EXPECT_EQ(of("192.0.2.1"), "DE");
  EXPECT_EQ(of("192.0.2.255"), "DE");
  EXPECT_EQ(of("198.51.100.127"), "AT");
  EXPECT_EQ(of("198.51.100.128"), "CH");
  EXPECT_EQ(of("2001:db8:1::5"), "US");
  EXPECT_EQ(of("192.0.3.1"), "");
  EXPECT_EQ(of("2001:db9::1"), "");
  EXPECT_EQ(lookup.find(http::Address{}), "");
}

TEST_F(CountriesTest, IsReadAgainWhenTheFileChanges) {
  countries.look();
  EXPECT_EQ(of("192.0.2.1"), "");
  write(country_database({{"192.0.2.0/24", "DE"}}));
  countries.look();
  EXPECT_EQ(of("192.0.2.1"), "DE");
  const std::uint64_t generation = countries.generation();
  countries.look();
  EXPECT_EQ(countries.generation(), generation) << "an unchanged file is not read again";
  write(country_database({{"192.0.2.0/24", "FR"}}));
  EXPECT_EQ(of("192.0.2.1"), "DE");
  countries.look();
  EXPECT_EQ(of("192.0.2.1"), "FR");
}

TEST_F(CountriesTest, WhatCannotBeReadLeavesWhatIsInUse) {
  const std::string good = country_database(kNetworks);
  write(good);
  countries.look();
  for (const std::string& bad : {std::string(), std::string("no database"), good.substr(0, good.size() / 2)}) {
    write(bad);
    countries.look();
    EXPECT_EQ(of("192.0.2.1"), "DE");
  }
  std::filesystem::remove(path());
  countries.look();
  EXPECT_EQ(of("192.0.2.1"), "DE");
  std::filesystem::create_directory(path());
  countries.look();
  EXPECT_EQ(of("192.0.2.1"), "DE");
  EXPECT_EQ(
      metrics
          .counter("footfall_edge_countries_failures_total", "Times that the database of countries could not be read.")
          .value(),
      5u);
}

// Overwriting in place must not pull the ground from under a look-up.
TEST_F(CountriesTest, AFileThatIsCutShortHarmsNobody) {
  write(country_database(kNetworks));
  countries.look();
  std::filesystem::resize_file(path(), 0);
  EXPECT_EQ(of("192.0.2.1"), "DE");
  EXPECT_EQ(of("2001:db8::1"), "US");
}

TEST(CountryLookupTest, KnowsNothingWithoutADatabase) {
  CountryLookup lookup;
  EXPECT_EQ(lookup.find(http::parse_address("192.0.2.1")), "");
}

}  // namespace
}  // namespace footfall::edge
