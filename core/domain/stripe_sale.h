// What Stripe tells of the sales of a merchant who uses its Checkout: a session that was paid, an invoice of a
// subscription, money that was given back. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proto/wire/ids.h"

namespace footfall::core {

enum class StripeSaleKind : std::uint8_t {
  sold,      // a Checkout session whose money has come, or that begins a trial
  renewed,   // an invoice of a subscription was paid; the first one is the same sale as its session
  refunded,  // a charge was given back, in part or whole
  linked,    // a payment belongs to an invoice; newer versions of Stripe's API say so in an event of its own
};
constexpr const char* stripe_sale_kind_name(StripeSaleKind kind) {
  constexpr const char* kNames[] = {"sold", "renewed", "refunded", "linked"};
  return kNames[static_cast<std::size_t>(kind)];
}
// Whether somebody may earn by it.
constexpr bool earns(StripeSaleKind kind) { return kind == StripeSaleKind::sold || kind == StripeSaleKind::renewed; }

// The ids are Stripe's: evt_… of events, cs_… of sessions, in_… of invoices, pi_… of payments, ch_… of charges, sub_…
// of subscriptions. Its signature has been checked.
struct StripeSale {
  std::string event;  // one that comes again has the same
  StripeSaleKind kind = StripeSaleKind::sold;
  std::string object;  // what is sold: in_…, else pi_…, else cs_…; renewed, linked: in_…; refunded: ch_…
  std::vector<std::string> names = {};            // every id by which a later event may mean this payment
  std::string subscription = {};                  // sold, renewed; empty: none
  std::optional<wire::ClickId> click = {};        // sold
  std::optional<wire::ClickId> other_click = {};  // sold: what is meant if `click` is none that is stored
  std::string email = {};                         // sold, renewed: the buyer's, as Stripe has it; empty: not known
  std::int64_t amount_minor = 0;                  // sold, renewed: paid; refunded: all that was given back so far
  std::string currency = {};                      // upper case; of all but linked
  std::int64_t happened_us = 0;
};

}  // namespace footfall::core
