// Names in a mail's text. Merchants and affiliates choose the names of their accounts, their campaigns and themselves,
// and some of our mails go to people who have asked for none: a name must not become a message of its own. Pure.
#pragma once

#include <string>
#include <string_view>

namespace footfall::core {

inline constexpr std::size_t kMailNameCharactersMax = 60;

// The name on one line, of at most kMailNameCharactersMax characters and an ellipsis, without double quotes, so that it
// cannot leave those in which it stands. A blank parts what mail programs would make a link or an address of:
// "shop.example" becomes "shop. example".
std::string name_in_mail(std::string_view name);

}  // namespace footfall::core
