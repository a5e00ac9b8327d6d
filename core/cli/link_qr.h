// `link qr`: a verb of its own file, added to the noun.
#pragma once

#include "core/cli/context.h"

namespace CLI {
class App;
}  // namespace CLI

namespace footfall::core {

void add_link_qr(CLI::App& noun, Context& context);

}  // namespace footfall::core
