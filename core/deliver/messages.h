// What each dialect's webhooks say of an event: its `data`, in the dialect's own names and units. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/storage/affiliates.h"
#include "core/storage/conversions.h"
#include "core/storage/enrolments.h"
#include "core/storage/payouts.h"
#include "core/storage/promos.h"
#include "proto/wire/dialect.h"

namespace footfall::core {

// The event's subject, one of them, as it was when the event happened: what is stored of it now, with what the event
// itself says of it in place (apply_payload).
struct EventSubject {
  std::optional<ConversionRow> conversion;
  std::optional<AffiliateRow> affiliate;
  std::optional<EnrolmentRow> enrolment;  // in the campaign that the event is about, with the affiliate
  std::optional<PromoRow> promo;
  std::optional<PayoutRow> payout;  // with …
  std::vector<std::string> paid;    // the public ids of its conversions, newest first
};

// Puts what the event's payload (a JSON object) says of the subject in the place of what is so today: a conversion that
// was rejected and restored since then is told as rejected. What the payload does not say stays; of a person who was
// erased since then it says neither name nor address.
void apply_payload(EventSubject& subject, std::string_view payload);

// The data of the webhook `name`; none: there is nothing to tell, such as a commission where none is earned.
std::optional<std::string> message_data(wire::Dialect dialect, std::string_view name, const EventSubject& subject);

// One for each dialect.
std::optional<std::string> selgeo_message(std::string_view name, const EventSubject& subject);
std::optional<std::string> baclique_message(std::string_view name, const EventSubject& subject);

}  // namespace footfall::core
