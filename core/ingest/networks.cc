// Networks become ranges from their first to their last address. Two networks are apart or one holds the other, so what
// is left of the sorted ranges after those within others are dropped never overlaps, and one look decides.
#include "core/ingest/networks.h"

#include <algorithm>
#include <fstream>

#include "proto/base/bytes.h"
#include "proto/http/forwarded.h"
#include "proto/wire/click.h"

namespace footfall::core {
namespace {

constexpr std::string_view kKey = "ingest.networks";
constexpr std::string_view kFileKey = "ingest.networks_file";

unsigned kept_bits(std::size_t address_bytes) {
  return address_bytes == 4 ? wire::kTruncatedIpv4Bits : wire::kTruncatedIpv6Bits;
}

// Sets all bits of `bytes` behind the first `bits`.
template <typename Bytes>
void fill_behind(Bytes& bytes, unsigned bits) {
  for (unsigned i = bits / 8; i < bytes.size(); ++i) {
    bytes[i] |= i == bits / 8 ? static_cast<std::uint8_t>(0xFF >> (bits % 8)) : std::uint8_t{0xFF};
  }
}
template <typename Bytes>
void clear_behind(Bytes& bytes, unsigned bits) {
  for (unsigned i = bits / 8; i < bytes.size(); ++i) {
    bytes[i] &= i == bits / 8 ? static_cast<std::uint8_t>(~(0xFF >> (bits % 8))) : std::uint8_t{0};
  }
}

Result<void> read_file(const std::string& path, std::vector<std::string>& networks) {
  if (path.empty()) return {};
  std::ifstream file(path);
  if (!file) return invalid(std::string(kFileKey) + ": cannot read " + path);
  for (std::string line; std::getline(file, line);) {
    const auto network = trim(std::string_view(line).substr(0, line.find('#')));
    if (!network.empty()) networks.emplace_back(network);
  }
  return {};
}

Failure too_narrow(const std::string& text, unsigned bits) {
  return invalid(std::string(kKey) + ": \"" + text + "\" is narrower than /" + std::to_string(bits) +
                 ", to which edges truncate addresses: widen it, or let edges store whole addresses "
                 "(privacy.address = \"full\") and say so here (ingest.addresses = \"full\")");
}

}  // namespace

Result<NetworkList> NetworkList::load(const NetworkSources& sources) {
  NetworkList list;
  list.texts_ = sources.networks;
  if (auto read = read_file(sources.file, list.texts_); !read) return Failure(read.error());
  std::ranges::sort(list.texts_);
  for (const std::string& text : list.texts_) {
    auto network = http::parse_network(text);
    if (!network) return invalid(std::string(kKey) + ": " + network.error().message);
    const unsigned kept = kept_bits(network->base.size);
    if (sources.addresses_are_truncated && network->bits > kept) return too_narrow(text, kept);
    Range range{};
    std::copy_n(network->base.bytes, network->base.size, range.first.begin());
    clear_behind(range.first, network->bits);
    range.last = range.first;
    fill_behind(range.last, network->bits);
    (network->base.size == 4 ? list.ipv4_ : list.ipv6_).push_back(range);
  }
  for (std::vector<Range>* ranges : {&list.ipv4_, &list.ipv6_}) {
    std::ranges::sort(*ranges, [](const Range& a, const Range& b) {
      return a.first != b.first ? a.first < b.first : a.last > b.last;  // the wider one first
    });
    std::vector<Range> apart;
    for (const Range& range : *ranges) {
      if (apart.empty() || range.first > apart.back().last) apart.push_back(range);
    }
    *ranges = std::move(apart);
  }
  return list;
}

InNetwork NetworkList::find(std::string_view address) const {
  if (address.size() != 4 && address.size() != 16) return InNetwork::no;
  const std::vector<Range>& ranges = address.size() == 4 ? ipv4_ : ipv6_;
  Range wanted{};
  std::ranges::copy(address, wanted.first.begin());
  wanted.last = wanted.first;
  if (Bytes truncated = wanted.first; clear_behind(truncated, kept_bits(address.size())), truncated == wanted.first) {
    fill_behind(wanted.last, kept_bits(address.size()));
  } else {
    fill_behind(wanted.last, static_cast<unsigned>(address.size()) * 8);
  }
  // The first range that does not end before the address.
  const auto found = std::ranges::partition_point(ranges, [&](const Range& one) { return one.last < wanted.first; });
  if (found == ranges.end() || found->first > wanted.last) return InNetwork::no;
  return found->first <= wanted.first && wanted.last <= found->last ? InNetwork::yes : InNetwork::unknown;
}

}  // namespace footfall::core
