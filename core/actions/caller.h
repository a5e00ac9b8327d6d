// Who asks for something to be done. Every action takes a Caller, and its scope alone decides which things the action
// can see: those of another account, or of the account's other mode, are not found. Only an operator and the upkeep may
// cross accounts.
//
// A plain value; callers are made by the functions below and by authenticate.h, never member by member in between.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/domain/keys.h"
#include "core/domain/policy.h"
#include "core/storage/accounts.h"
#include "core/storage/api_keys.h"
#include "core/storage/scope.h"
#include "proto/wire/ids.h"

namespace footfall::core {

enum class CallerKind : std::uint8_t {
  operator_,          // a person at the command line: may touch every account
  upkeep,             // the program's own periodic work: may touch every account
  api_key,            // an account's program: one account, one mode
  dashboard_user,     // a person of the account: one account, the mode that is looked at, or both
  affiliate,          // one account and mode, and in it the affiliate's own things
  invited,            // a person who accepts an invitation: the account and mode of its campaign
  callback_endpoint,  // an AffSpace postback URL without a key: one account, live; Stripe by a receiver: or test
};

struct Caller {
  CallerKind kind = CallerKind::api_key;
  std::string name;            // in the audit trail: "cli:<user>", "api:<public id>", "upkeep"
  std::string reason = {};     // free text for the audit trail, may be empty
  std::string public_id = {};  // of the key, user, affiliate or endpoint; request limits count by it

  AccountRow account = {};                 // without an id for an operator and the upkeep
  std::optional<wire::Mode> mode = {};     // none: both
  wire::AffiliateId affiliate = {};        // of an affiliate's caller
  KeyKind key_kind = KeyKind::secret_key;  // of an API key
  KeyStamp stamp = {};                     // of an API key: the state of key and account that this was read from
  Policy policy = {};                      // the dialect's, with the account's overrides; needs an account
  std::map<std::string, std::int64_t, std::less<>> limits = {};  // the key's own figures, by zone

  bool crosses_accounts() const { return kind == CallerKind::operator_ || kind == CallerKind::upkeep; }
  // not_found for everybody but an operator and the upkeep, for what belongs to the whole installation.
  Result<void> must_cross_accounts() const;
  // What the caller can see. A caller that must have an account and has none is a fault of the program and aborts it.
  Scope scope() const;
  // The one mode in which the caller acts. A caller without one is a fault of the program and aborts it.
  wire::Mode acting_mode() const;
  // Requests per minute in that zone: the key's own figure, else the documented one.
  std::int64_t limit(std::string_view zone) const;
};

// `user`: the name of the person's account on this machine.
Caller operator_caller(std::string_view user, std::string reason = {});
Caller upkeep_caller(std::string reason = {});
// What core/deliver does by itself; may touch every account, like the upkeep.
Caller deliver_caller(std::string reason = {});
// Who becomes a merchant without the operator (register_merchant.h).
Caller registration_caller();
// The account has been checked to be active.
Caller key_caller(KeyHolder holder);
Caller invited_caller(std::string_view user_public_id, AccountRow account, wire::Mode mode);
// Whoever has the link of an invitation into a campaign of test mode, where nobody has an account.
Caller invitation_caller(std::string_view campaign_public_id, AccountRow account);
// A person of the account, in one mode of it.
Caller dashboard_caller(std::string_view user_public_id, AccountRow account, wire::Mode mode);
// Who has the link of a mail that was sent to the account.
Caller link_caller(AccountRow account, wire::Mode mode);
Caller endpoint_caller(std::string_view endpoint_public_id, AccountRow account);
Caller receiver_caller(std::string_view receiver_public_id, AccountRow account, wire::Mode mode);

}  // namespace footfall::core
