// What is kept of a visitor who asks not to be tracked (`Sec-GPC`, `DNT`), where the account heeds it. Pure.
#pragma once

#include <string>
#include <string_view>

namespace footfall::core {

enum class PrivacySignals {
  ignore,   // such a click is stored as any other
  minimal,  // it counts, and nothing is kept by which its visitor could be known again
};

// Whether a parameter of a URL carries the id by which an advertising network, a mail sender or a social network knows
// the visitor: gclid, fbclid, msclkid and their like, in any case.
bool is_third_party_id(std::string_view parameter);
// The URL, or a part of one, without these parameters in its query. What has no query stays as it is.
std::string without_third_party_ids(std::string_view url);

}  // namespace footfall::core
