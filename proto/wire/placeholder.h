// Values that a tracker left unexpanded. A network that sends "txid={transaction_id}" word for word names no
// transaction: taken as a value, every sale after the first would be a duplicate. Both programs ask here. Pure.
#pragma once

#include <string_view>

namespace footfall::wire {

// Whether `value` (decoded once, as read from a form, a query or JSON) is nothing but an unexpanded placeholder, so
// that it counts as absent. Blanks around it and a second percent-encoding do not matter:
//
//   {name} {{name}} {{{name}}} ${name} #{name} [name] [[name]] %name% %%name%% <name> $name$ #name# __NAME__
//   null, undefined (in any case)
//
// A name begins with a letter or '_' and goes on with letters, digits, blanks and _ . : | - (at most 64 bytes), so
// "[12]", "{}" and "50%" are values; a GUID in braces is one, too. "__NAME__" is upper case only.
bool is_placeholder(std::string_view value);

}  // namespace footfall::wire
