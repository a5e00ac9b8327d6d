// A full rebuild of the directory: its epoch rises, so the publisher writes everything anew from the tables and every
// edge loads it whole. Nothing is missing meanwhile: edges go on with what they have.
#pragma once

#include "core/actions/caller.h"
#include "core/storage/directory_log.h"

namespace footfall::core {

// The state that the publisher will bring about; within a second if it runs.
Result<DirectoryState> rebuild_directory(Database& database, const Caller& caller);

}  // namespace footfall::core
