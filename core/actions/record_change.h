// What is kept of a change: who made it, why, and which fields it changed, for the audit trail; and the event by which
// webhooks may tell of it. Every action that changes something calls record_change() once, in the transaction of the
// change. (Conversions are booked many at a time: storage/bookings.h writes the same two rows for each.)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/actions/caller.h"
#include "core/storage/database.h"
#include "proto/base/json_text.h"
#include "proto/wire/ids.h"

namespace footfall::core {

struct ConversionRow;

// The changed fields, a JSON object. Never put a secret in.
class ChangeDetails {
 public:
  ChangeDetails& add(std::string_view name, std::string_view value);
  ChangeDetails& add(std::string_view name, std::int64_t value) { return raw(name, json(value)); }
  ChangeDetails& add_flag(std::string_view name, bool value) { return raw(name, json(value)); }
  template <typename T>
  ChangeDetails& add(std::string_view name, const std::optional<T>& value) {
    return raw(name, json(value));
  }
  // Adds the new value where the two differ.
  template <typename T>
  ChangeDetails& change(std::string_view name, const T& before, const T& after) {
    return before == after ? *this : raw(name, json(after));
  }
  ChangeDetails& add_json(std::string_view name, const std::string& value) { return raw(name, value); }
  bool empty() const { return members_.is_empty(); }
  std::string text() const { return members_.object(); }

 private:
  static std::string json(const std::string& value);
  static std::string json(const std::optional<std::string>& value) { return value ? json(*value) : "null"; }
  static std::string json(std::int64_t value) { return std::to_string(value); }
  static std::string json(const std::optional<std::int64_t>& value) { return value ? json(*value) : "null"; }
  static std::string json(bool value) { return value ? "true" : "false"; }
  ChangeDetails& raw(std::string_view name, const std::string& value);
  JsonText members_;
};

struct Change {
  wire::AccountId account;         // none: of the whole installation
  std::optional<wire::Mode> mode;  // none: of something that belongs to both modes, such as the account itself
  std::string_view action;         // "campaign.create"
  std::string_view subject;        // public id
  ChangeDetails details = {};
  std::string_view event = {};  // one of domain/event_types.h, needs account and mode; empty: nobody is told
  std::optional<ChangeDetails> payload = {};  // of the event; none: the details
};
Result<void> record_change(Database& database, const Caller& caller, const Change& change);

// The payload of a conversion's events: what may differ between one event and the next.
ChangeDetails conversion_payload(const ConversionRow& row);

}  // namespace footfall::core
