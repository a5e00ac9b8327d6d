// Lists of hosts that an operator names: to which a campaign's links may lead by ?url=…, and on whose pages a public
// key reports clicks. Stored and published as text: separated by single spaces, lower case, in punycode, with the port
// where it is not the scheme's own. "*.shop.example" stands for every host below shop.example, not for itself. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proto/base/result.h"

namespace footfall::core {

// At most 32; none of them all hosts of a public suffix, such as *.co.uk. The error says what to change.
Result<std::string> parse_allowed_hosts(const std::vector<std::string>& hosts);
std::vector<std::string> allowed_host_list(std::string_view stored);

}  // namespace footfall::core
