// How identifiers that people type or paste are compared. The table in core/domain/README.md says for each of them
// which rule holds. Pure; input that is not valid UTF-8 is taken byte by byte and never refused here.
#pragma once

#include <string>
#include <string_view>

namespace footfall::core {

// The form in which an identifier is stored: blanks at both ends and all invisible characters (zero width, byte order
// mark, direction marks, soft hyphen) are dropped, and every blank inside, such as a no-break space, is a plain space.
// The letters keep their case. This is all that an opaque identifier needs, such as a transaction id.
std::string tidy_identifier(std::string_view text);

// The form in which names are compared: tidy, and in lower case. Letters of Latin, Greek and Cyrillic have a lower
// case here, those of other scripts are compared as they are.
std::string fold_identifier(std::string_view text);
bool is_same_name(std::string_view a, std::string_view b);

}  // namespace footfall::core
