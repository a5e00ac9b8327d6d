// The audit table: who changed what, when and why. Rows are only ever added, in the transaction of the change.
#pragma once

#include <string>
#include <string_view>

#include "core/storage/database.h"
#include "proto/wire/ids.h"

namespace footfall::core {

struct AuditEntry {
  wire::AccountId account;       // none: of the whole installation
  std::string_view actor;        // "cli:<user>", "api:<key's public id>", "upkeep", "ingest"
  std::string_view action;       // "campaign.create"
  std::string_view subject;      // public id
  std::string_view reason = "";
  std::string_view details = "{}";  // JSON object; never a secret
};
Result<void> append_audit(Database& database, const AuditEntry& entry);

}  // namespace footfall::core
