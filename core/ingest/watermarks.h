// Writes watermarks to Redis: up to which number each incarnation is stored (PROTOCOL.md 9).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/storage/streams.h"
#include "proto/base/result.h"
#include "proto/redis/client.h"
#include "proto/wire/watermark.h"

namespace footfall::core {

std::string encode_watermark(const StreamRow& stream, const DatabaseIdentity& database);

// Writes the watermarks of these streams in one call.
Result<void> publish_watermarks(redis::Redis& redis, const std::vector<StreamRow>& streams,
                                const DatabaseIdentity& database);
// The watermarks that are there of these incarnations; unreadable ones are left out.
Result<std::vector<wire::Watermark>> read_watermarks(redis::Redis& redis,
                                                     const std::vector<wire::Incarnation>& incarnations);
// Removes the watermarks of all other incarnations, which no edge reports any more.
Result<void> remove_watermarks_but(redis::Redis& redis, const std::vector<wire::Incarnation>& reported);

// Announces that there is something to hurry for (PROTOCOL.md 12); whoever waits for entries of kTicksKey hears it.
Result<void> announce_tick(redis::Redis& redis);

}  // namespace footfall::core
