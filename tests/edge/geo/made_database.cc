#include "tests/edge/geo/made_database.h"

#include <array>
#include <cstdint>
#include <string_view>

#include "proto/http/message.h"

namespace footfall::edge::testing {
namespace {

// Control bytes: three bits of type and five of size; types above 7 are written behind a zero.
std::string text(const std::string& value) { return std::string(1, static_cast<char>(2 << 5 | value.size())) + value; }
std::string map(std::size_t pairs) { return std::string(1, static_cast<char>(7 << 5 | pairs)); }
std::string number_16(unsigned value) {
  return {static_cast<char>(5 << 5 | 2), static_cast<char>(value >> 8), static_cast<char>(value)};
}
std::string number_32(unsigned value) {
  std::string out(1, static_cast<char>(6 << 5 | 4));
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
  return out;
}
std::string empty_array() { return {'\x00', '\x04'}; }

constexpr std::uint32_t kNothing = UINT32_MAX;
constexpr std::uint32_t kData = std::uint32_t{1} << 31;  // with the offset of the data below

class Tree {
 public:
  void add(const std::string& network, std::uint32_t offset) {
    const std::size_t slash = network.find('/');
    const http::Address address = http::parse_address(network.substr(0, slash));
    int bits = std::stoi(network.substr(slash + 1));
    std::array<std::uint8_t, 16> bytes{};
    std::copy(address.bytes, address.bytes + address.size, bytes.end() - address.size);
    bits += 128 - 8 * address.size;
    if (address.size == 16) std::copy(address.bytes, address.bytes + 16, bytes.begin());
    std::uint32_t node = 0;
    for (int bit = 0; bit < bits; ++bit) {
      const int side = bytes[static_cast<std::size_t>(bit / 8)] >> (7 - bit % 8) & 1;
      std::uint32_t& record = nodes_[node][static_cast<std::size_t>(side)];
      if (bit + 1 == bits) {
        record = kData | offset;
        return;
      }
      if (record != kNothing) {
        node = record;
        continue;
      }
      node = record = static_cast<std::uint32_t>(nodes_.size());
      nodes_.push_back({kNothing, kNothing});
    }
  }

  std::uint32_t size() const { return static_cast<std::uint32_t>(nodes_.size()); }
  std::string written() const {
    constexpr std::uint32_t kSeparator = 16;
    std::string out;
    for (const auto& node : nodes_) {
      for (const std::uint32_t record : node) {
        const std::uint32_t value = record == kNothing ? size()
                                    : (record & kData) ? (record & ~kData) + size() + kSeparator
                                                       : record;
        for (int shift = 16; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
      }
    }
    return out.append(kSeparator, '\0');
  }

 private:
  std::vector<std::array<std::uint32_t, 2>> nodes_{{kNothing, kNothing}};
};

}  // namespace

std::string country_database(const std::vector<std::pair<std::string, std::string>>& networks) {
  Tree tree;
  std::string data;
  for (const auto& [network, country] : networks) {
    tree.add(network, static_cast<std::uint32_t>(data.size()));
    data += map(1) + text("country") + map(1) + text("iso_code") + text(country);
  }
  return tree.written() + data + "\xAB\xCD\xEFMaxMind.com" + map(9) + text("node_count") + number_32(tree.size()) +
         text("record_size") + number_16(24) + text("ip_version") + number_16(6) + text("database_type") +
         text("Test-Country") + text("languages") + empty_array() + text("binary_format_major_version") + number_16(2) +
         text("binary_format_minor_version") + number_16(0) + text("build_epoch") +
         std::string{'\x01', '\x02', '\x01'} + text("description") + map(0);
}

}  // namespace footfall::edge::testing
