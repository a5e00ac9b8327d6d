// `link qr`: a verb of its own file, added to the noun.
#pragma once

#include "core/cli/command_parser.h"
#include "core/cli/context.h"

namespace footfall::core {

void add_link_qr(Command noun, Context& context);

}  // namespace footfall::core
