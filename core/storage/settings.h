// Values that migration writes once and every process reads: the secrets that the edges share.
#pragma once

#include "core/storage/database.h"
#include "proto/base/crypto.h"

namespace footfall::core {

struct SharedSecrets {
  Key128 tag_key{};   // of the tag in click ids
  Key128 draw_key{};  // of visitors' places among a link's targets
};
Result<SharedSecrets> read_secrets(Database& database);

}  // namespace footfall::core
