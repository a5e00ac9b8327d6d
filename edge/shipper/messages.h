// Decodes stream entries that the shipper reads back; keeps the generated protobuf code in one source.
#pragma once

#include <optional>
#include <string_view>

#include "edge/log/log_reader.h"
#include "proto/wire/ids.h"

namespace footfall::edge {

// The numbers and kind of an entry that was read back; its bytes are kept as they are, for a second trailer overrides
// the first (protobuf: the last value of a field counts). None if malformed or of another incarnation.
std::optional<LogRun> decode_entry(std::string_view bytes, const wire::Incarnation& incarnation);

}  // namespace footfall::edge
