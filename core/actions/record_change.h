// What the audit trail keeps of a change: who made it, why, and which fields it changed. Every action that changes
// something calls record_change() once, in the transaction of the change.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/actions/caller.h"
#include "core/storage/database.h"
#include "proto/wire/ids.h"

namespace footfall::core {

// The changed fields, a JSON object. Never put a secret in.
class ChangeDetails {
 public:
  ChangeDetails& add(std::string_view name, std::string_view value);
  ChangeDetails& add(std::string_view name, std::int64_t value) { return raw(name, json(value)); }
  // Adds the new value where the two differ.
  template <typename T>
  ChangeDetails& change(std::string_view name, const T& before, const T& after) {
    return before == after ? *this : raw(name, json(after));
  }
  bool empty() const { return members_.empty(); }
  std::string text() const { return "{" + members_ + "}"; }

 private:
  static std::string json(const std::string& value);
  static std::string json(const std::optional<std::string>& value) { return value ? json(*value) : "null"; }
  static std::string json(std::int64_t value) { return std::to_string(value); }
  static std::string json(const std::optional<std::int64_t>& value) { return value ? json(*value) : "null"; }
  static std::string json(bool value) { return value ? "true" : "false"; }
  ChangeDetails& raw(std::string_view name, const std::string& value);
  std::string members_;
};

struct Change {
  wire::AccountId account;         // none: of the whole installation
  std::optional<wire::Mode> mode;  // none: of something that belongs to both modes, such as the account itself
  std::string_view action;         // "campaign.create"
  std::string_view subject;        // public id
  ChangeDetails details = {};
};
Result<void> record_change(Database& database, const Caller& caller, const Change& change);

}  // namespace footfall::core
