// Who acts, and what the audit trail keeps of it. Every action writes one entry in its own transaction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/storage/database.h"
#include "proto/wire/ids.h"

namespace footfall::core {

struct Actor {
  std::string name;         // "cli:<user>", "api:<key's public id>"
  std::string reason = {};  // free text, may be empty
};

// The details of an entry, a JSON object. Never put a secret in.
class Details {
 public:
  Details& add(std::string_view name, std::string_view value);
  // Adds the new value where the two differ.
  template <typename T>
  Details& change(std::string_view name, const T& before, const T& after) {
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
  Details& raw(std::string_view name, const std::string& value);
  std::string members_;
};

Result<void> note(Database& database, const Actor& actor, wire::AccountId account, std::string_view action,
                  std::string_view subject, const Details& details = {});

}  // namespace footfall::core
