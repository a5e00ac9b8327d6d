// The hosts to which a campaign's links may lead by ?url=…, as the operator names them and as they are stored and
// published: separated by single spaces, lower case, in punycode, with the port where it is not the scheme's own.
// "*.shop.example" stands for every host below shop.example, not for shop.example itself. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proto/base/result.h"

namespace footfall::core {

// At most 32. The error says what to change.
Result<std::string> parse_deep_link_hosts(const std::vector<std::string>& hosts);
std::vector<std::string> deep_link_host_list(std::string_view stored);

}  // namespace footfall::core
