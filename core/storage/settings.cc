#include "core/storage/settings.h"

#include <algorithm>

#include "proto/base/bytes.h"

namespace footfall::core {

Result<SharedSecrets> read_secrets(Database& database) {
  auto rows = database.query("select key, value from settings where key in ('tag_key', 'draw_key')");
  if (!rows) return Failure(rows.error());
  SharedSecrets secrets;
  int found = 0;
  for (int r = 0; r < rows->size(); ++r) {
    const std::optional<std::string> bytes = from_hex(rows->text(r, 1));
    if (!bytes || bytes->size() != secrets.tag_key.size()) return internal("settings: a secret is not 16 bytes in hex");
    Key128& target = rows->text(r, 0) == "tag_key" ? secrets.tag_key : secrets.draw_key;
    std::copy(bytes->begin(), bytes->end(), target.begin());
    ++found;
  }
  if (found != 2) return unavailable(ErrorSource::postgres, "the database has not been migrated");
  return secrets;
}

}  // namespace footfall::core
