#include "edge/handlers/device.h"

#include <algorithm>
#include <initializer_list>

#include "proto/wire/click.h"
#include "proto/wire/link_targets.h"

namespace footfall::edge {
namespace {

bool names_any(std::string_view agent, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [agent](std::string_view word) { return agent.find(word) != agent.npos; });
}

}  // namespace

std::uint8_t device_of(std::string_view user_agent) {
  const std::string_view agent = user_agent.substr(0, wire::kUserAgentBytesMax);
  if (names_any(agent, {"iPad"})) return wire::kTablet | wire::kIos;
  // Windows Phone writes "Android" and "iPhone" as well, so that pages take it for one of them.
  if (names_any(agent, {"Windows Phone"})) return wire::kMobile;
  if (names_any(agent, {"iPhone", "iPod"})) return wire::kMobile | wire::kIos;
  const bool is_mobile = names_any(agent, {"Mobi", "Opera Mini", "Opera Mobi", "BlackBerry"});
  if (names_any(agent, {"Android"})) {
    // Only telephones write "Mobile" beside it; televisions and cars are none, but nor do they click.
    return static_cast<std::uint8_t>((is_mobile && !names_any(agent, {"Tablet"}) ? wire::kMobile : wire::kTablet) |
                                     wire::kAndroid);
  }
  if (names_any(agent, {"Tablet; rv:", "PlayBook", "Kindle", "Silk/"})) return wire::kTablet;
  return is_mobile ? wire::kMobile : wire::kDesktop;
}

}  // namespace footfall::edge
