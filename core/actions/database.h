// The connection that every action takes. Who calls actions passes it on and needs nothing else of core/storage; the
// migrations, which make a database what the actions expect, come with it.
#pragma once

#include "core/storage/database.h"
