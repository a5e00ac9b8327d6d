// The table events_out: what happened, for whoever is to be told of it (webhooks). A row is written in the transaction
// of the change. Commit order is not the order of ids: a reader takes rows and removes them, and never remembers "the
// last id".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/keys.h"
#include "core/storage/database.h"
#include "proto/wire/ids.h"

namespace footfall::core {

struct OutgoingEvent {
  wire::AccountId account;
  wire::Mode mode = wire::Mode::live;
  std::string_view type;     // one of core/domain/event_types.h
  std::string_view subject;  // public id
  std::string_view payload;  // JSON object: what the subject was like after the change, or what was changed
};
// Adds to the payload of an event of an affiliate or a promotion how it stands in this transaction: what is told later
// is how things were then.
Result<void> append_event(Database& database, const OutgoingEvent& event);

// For a statement that books many conversions: an INSERT of one event each, from a relation with the columns
// account_id, mode, public_id, campaign_id, affiliate_id and event (text, a JSON object).
std::string insert_events_from(std::string_view relation, std::string_view type);

struct TakenEvent {
  wire::AccountId account;
  wire::Mode mode = wire::Mode::live;
  std::string type, subject, payload;  // as in OutgoingEvent
  std::int64_t created_us = 0;
};
// Removes the oldest events that no other process is taking, at most `limit`, and answers them. In a transaction: what
// is made of them commits together with their removal.
Result<std::vector<TakenEvent>> take_events(Database& database, int limit);

struct WaitingEvents {
  static constexpr std::int64_t kCountedMax = 100'000;
  std::int64_t count = 0;          // at most kCountedMax, so that the look is as cheap however many there are
  std::int64_t oldest_age_us = 0;  // 0: none waits
};
Result<WaitingEvents> waiting_events(Database& database);

// Removes the oldest of what nobody took in time, at most 100,000; answers how many.
Result<std::int64_t> trim_events(Database& database, std::int64_t created_before_us);

}  // namespace footfall::core
