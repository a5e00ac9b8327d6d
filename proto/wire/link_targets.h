// The further targets of a link: each for some devices and countries, with a weight. Core packs them into the link's
// directory entity, the edge reads them there for every visitor, without unpacking. Pure; nothing here allocates but
// append_link_target().
//
//   target = devices:1 weight:2 count of countries:1 countries (2 letters each) length of the URL:2 URL
//
// Numbers are little-endian.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace footfall::wire {

// What a visitor's device is: one of the first three, and one of the systems where it is known. As a condition: any of
// those that are set; 0: all devices.
enum Device : std::uint8_t {
  kDesktop = 1 << 0,
  kMobile = 1 << 1,
  kTablet = 1 << 2,
  kIos = 1 << 3,  // iPhone, iPad and iPod
  kAndroid = 1 << 4,
};
inline constexpr std::uint8_t kDevicesAll = kDesktop | kMobile | kTablet | kIos | kAndroid;

inline constexpr std::size_t kLinkTargetsMax = 32;
inline constexpr std::size_t kTargetCountriesMax = 255;
inline constexpr std::size_t kLinkTargetsBytesMax = 16 * 1024;  // of all of a link, packed
inline constexpr std::uint16_t kTargetWeightMax = 1'000;

struct LinkTarget {
  std::uint8_t devices = 0;         // of Device; 0: any
  std::string_view countries = {};  // ISO 3166-1, upper case, one behind the other ("DEATCH"); empty: any
  std::uint16_t weight = 1;         // 1 to kTargetWeightMax
  std::string_view url = {};
};

// `target` is within the bounds above.
void append_link_target(std::string& out, const LinkTarget& target);

class LinkTargetReader {
 public:
  explicit LinkTargetReader(std::string_view packed) : rest_(packed) {}
  // False at the end, or where what follows is malformed.
  bool next(LinkTarget& target);
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

// Whether these are packed targets within the bounds above, each with a URL and a weight.
bool are_link_targets(std::string_view packed);

}  // namespace footfall::wire
