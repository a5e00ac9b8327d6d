#include "proto/wire/link_targets.h"

namespace footfall::wire {
namespace {

constexpr std::size_t kHeadBytes = 4;  // devices, weight, count of countries
constexpr std::size_t kUrlLengthBytes = 2;

void append_16(std::string& out, std::size_t number) {
  out += static_cast<char>(number & 0xFF);
  out += static_cast<char>(number >> 8);
}
std::size_t read_16(std::string_view from) {
  return static_cast<std::uint8_t>(from[0]) | static_cast<std::size_t>(static_cast<std::uint8_t>(from[1])) << 8;
}

}  // namespace

void append_link_target(std::string& out, const LinkTarget& target) {
  out += static_cast<char>(target.devices);
  append_16(out, target.weight);
  out += static_cast<char>(target.countries.size() / 2);
  out += target.countries;
  append_16(out, target.url.size());
  out += target.url;
}

bool LinkTargetReader::next(LinkTarget& target) {
  if (rest_.size() < kHeadBytes + kUrlLengthBytes) return false;
  target.devices = static_cast<std::uint8_t>(rest_[0]);
  target.weight = static_cast<std::uint16_t>(read_16(rest_.substr(1)));
  const std::size_t country_bytes = std::size_t{2} * static_cast<std::uint8_t>(rest_[3]);
  if (rest_.size() < kHeadBytes + country_bytes + kUrlLengthBytes) return false;
  target.countries = rest_.substr(kHeadBytes, country_bytes);
  const std::string_view tail = rest_.substr(kHeadBytes + country_bytes);
  const std::size_t url_bytes = read_16(tail);
  if (tail.size() < kUrlLengthBytes + url_bytes) return false;
  target.url = tail.substr(kUrlLengthBytes, url_bytes);
  rest_ = tail.substr(kUrlLengthBytes + url_bytes);
  return true;
}

bool are_link_targets(std::string_view packed) {
  if (packed.size() > kLinkTargetsBytesMax) return false;
  LinkTargetReader reader(packed);
  std::size_t count = 0;
  for (LinkTarget target; reader.next(target); ++count) {
    if (target.url.empty() || target.weight == 0 || target.weight > kTargetWeightMax) return false;
  }
  return reader.at_end() && count <= kLinkTargetsMax;
}

}  // namespace footfall::wire
