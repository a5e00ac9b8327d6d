// A MaxMind database of a few networks, in the form of version 2 with records of 24 bits, for tests.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace footfall::edge::testing {

// Each: a network ("192.0.2.0/24", "2001:db8::/32") and its country. Networks do not overlap.
std::string country_database(const std::vector<std::pair<std::string, std::string>>& networks);

}  // namespace footfall::edge::testing
