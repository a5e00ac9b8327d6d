// make_countries FILE NETWORK COUNTRY …: writes a MaxMind database of these networks, for the black-box tests.
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/edge/geo/made_database.h"

int main(int count, char** arguments) {
  std::vector<std::pair<std::string, std::string>> networks;
  for (int i = 2; i + 1 < count; i += 2) networks.emplace_back(arguments[i], arguments[i + 1]);
  if (networks.empty()) return 2;
  std::ofstream file(arguments[1], std::ios::binary);
  file << footfall::edge::testing::country_database(networks);
  return file.flush() ? 0 : 1;
}
