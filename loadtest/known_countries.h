// A database of countries for benchmarks, made anew for each.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "edge/geo/countries.h"
#include "proto/base/crypto.h"
#include "tests/edge/geo/made_database.h"

namespace footfall {

// Removed when the program ends.
class CountriesFile {
 public:
  CountriesFile() {
    std::ofstream(path_, std::ios::binary) << edge::testing::country_database(
        {{"192.0.2.0/24", "DE"}, {"198.51.100.0/24", "FR"}, {"203.0.113.0/24", "US"}, {"2001:db8::/32", "AT"}});
  }
  ~CountriesFile() { std::filesystem::remove(path_); }
  std::string path() const { return path_; }

 private:
  const std::string path_ =
      (std::filesystem::temp_directory_path() / ("footfall-micro-" + std::to_string(random_number()))).string();
  static std::uint64_t random_number() {
    std::uint64_t number = 0;
    random_bytes(&number, sizeof number);
    return number;
  }
};

class KnownCountries {
 public:
  KnownCountries() { countries_.look(); }
  edge::CountryLookup lookup() const { return edge::CountryLookup(countries_); }

 private:
  CountriesFile file_;
  Metrics metrics_;
  edge::Countries countries_{file_.path(), system_clock(), metrics_};
};

}  // namespace footfall
