// The link that a visitor or a page names by its code. Links pass through chats, mails and hands: a full stop, a
// bracket, a blank or a zero-width character sticks to them. So the code is looked up as it is written, and if there is
// no such link, once more without the characters at its ends that do not belong to a code.
#pragma once

#include <optional>
#include <string_view>

#include "edge/directory/directory.h"

namespace footfall::edge {

// `code` is decoded once. Allocates only for a code that is unknown as written and holds '%'.
std::optional<LinkView> find_link_by_code(const DirectoryReader& directory, std::string_view host,
                                          std::string_view code);

}  // namespace footfall::edge
