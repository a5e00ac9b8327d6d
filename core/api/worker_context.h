// What a worker of the pool has at hand while it answers a request. Database and limiter are the worker's own; the
// others are shared by all workers and thread-safe.
#pragma once

#include <functional>
#include <string_view>

#include "core/actions/conversion_rounds.h"
#include "core/actions/deposits.h"
#include "core/actions/register_merchant.h"
#include "core/actions/webhooks.h"
#include "core/api/known_callers.h"
#include "core/api/limiter.h"
#include "core/domain/site.h"
#include "core/storage/database.h"
#include "proto/base/clock.h"

namespace footfall::core {

class PaymentProviders;

struct WorkerContext {
  Database& database;
  Limiter& limiter;
  ConversionRounds& rounds;
  KnownCallers& known_callers;
  const Clock& clock;
  const std::function<bool(std::string_view user_agent)>& looks_at_links;  // previews, crawlers; not tools
  const DepositSettings& deposits;
  const PaymentProviders& payments;
  const WebhookSettings& webhooks;  // with the key that keeps secrets
  const Site& site;                 // where people reach pages and links
  const RegistrationSettings& registration;
};

}  // namespace footfall::core
