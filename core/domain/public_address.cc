#include "core/domain/public_address.h"

#include <algorithm>
#include <array>

namespace footfall::core {
namespace {

struct Block {
  std::array<std::uint8_t, 16> base;
  unsigned bits;
};

// IANA's registries of special-purpose addresses (RFC 6890 and its updates).
constexpr Block kReserved4[] = {
    {{0}, 8},              // this network
    {{10}, 8},             // private
    {{100, 64}, 10},       // shared by a provider's customers
    {{127}, 8},            // loopback
    {{169, 254}, 16},      // link-local, with the clouds' metadata services
    {{172, 16}, 12},       // private
    {{192, 0, 0}, 24},     // protocol assignments
    {{192, 0, 2}, 24},     // documentation
    {{192, 88, 99}, 24},   // 6to4 relays
    {{192, 168}, 16},      // private
    {{198, 18}, 15},       // benchmarking
    {{198, 51, 100}, 24},  // documentation
    {{203, 0, 113}, 24},   // documentation
    {{224}, 4},            // multicast
    {{240}, 4},            // reserved, and broadcast
};

// Addresses that IANA calls public and that every virtual machine of a cloud reaches as services of its own host, with
// what only the machine's owner may read: Azure's (metadata, agents, DNS). The other clouds' are in the blocks above.
constexpr Block kMetadata4[] = {{{168, 63, 129, 16}, 32}};

constexpr Block kGlobal6{{0x20}, 3};  // all that is assigned to hosts of the internet
constexpr Block kReserved6[] = {
    {{0x20, 0x01, 0x00}, 23},        // protocol assignments, with Teredo
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    {{0x3f, 0xff, 0x00}, 20},        // documentation
};
constexpr Block kMapped{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96};
constexpr Block kNat64{{0x00, 0x64, 0xff, 0x9b}, 96};
constexpr Block k6to4{{0x20, 0x02}, 16};

bool contains(const Block& block, std::span<const std::uint8_t> address) {
  const unsigned whole = block.bits / 8;
  if (!std::equal(block.base.begin(), block.base.begin() + whole, address.begin())) return false;
  if (block.bits % 8 == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xff << (8 - block.bits % 8));
  return (block.base[whole] & mask) == (address[whole] & mask);
}

bool is_public4(std::span<const std::uint8_t> address) {
  const auto holds = [&](const Block& block) { return contains(block, address); };
  return std::ranges::none_of(kReserved4, holds) && std::ranges::none_of(kMetadata4, holds);
}

}  // namespace

bool is_public_address(std::span<const std::uint8_t> address) {
  if (address.size() == 4) return is_public4(address);
  if (address.size() != 16) return false;
  if (contains(kMapped, address) || contains(kNat64, address)) return is_public4(address.subspan(12));
  if (contains(k6to4, address)) return is_public4(address.subspan(2, 4));
  return contains(kGlobal6, address) && std::none_of(std::begin(kReserved6), std::end(kReserved6),
                                                     [&](const Block& block) { return contains(block, address); });
}

}  // namespace footfall::core
