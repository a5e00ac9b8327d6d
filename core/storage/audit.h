// The audit table: who changed what, when and why. Rows are only ever added, in the transaction of the change; one
// thing alone changes them: what names a person is blanked when the person is erased (user_erasure.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/storage/database.h"
#include "proto/wire/ids.h"

namespace footfall::core {

struct AuditEntry {
  wire::AccountId account;   // none: of the whole installation
  std::string_view actor;    // "cli:<user>", "api:<key's public id>", "upkeep", "ingest"
  std::string_view action;   // "campaign.create"
  std::string_view subject;  // public id
  std::string_view reason = "";
  std::string_view details = "{}";      // JSON object; never a secret
  std::optional<wire::Mode> mode = {};  // none: of both
};
Result<void> append_audit(Database& database, const AuditEntry& entry);

struct AuditRow {
  std::int64_t id = 0;
  std::int64_t at_us = 0;
  std::string account_public_id;  // empty: of the whole installation
  std::string actor, action, subject, reason;
  std::string details = "{}";  // JSON object
};
struct AuditFilter {
  wire::AccountId account;             // none: any
  std::optional<std::string> subject;  // public id
  std::optional<std::string> action;   // "conversion.approve", or "conversion." for all of them
  int limit = 50;
  std::int64_t offset = 0;
  std::optional<wire::Mode> mode = {};  // of that mode, or of both; none: any
};
Result<std::vector<AuditRow>> list_audit(Database& database, const AuditFilter& filter);  // newest first
Result<std::int64_t> count_audit(Database& database, const AuditFilter& filter);          // on all pages

}  // namespace footfall::core
