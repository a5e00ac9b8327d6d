// What `webhook` and `postback` have in common: both are endpoints that are called, and both show what was called.
#pragma once

#include <string>
#include <string_view>

#include "core/actions/reading/webhooks.h"
#include "core/cli/command_parser.h"
#include "core/cli/context.h"
#include "core/cli/nouns.h"

namespace boost::json {
class object;
}  // namespace boost::json

namespace footfall::core {

struct EndpointNoun {
  EndpointKind kind;
  const char* id;  // what the help says where one is named
  boost::json::object (*view)(const WebhookRow&);
};

// What both show of an endpoint.
boost::json::object endpoint_view(const WebhookRow& row);

struct VerbWords {
  const char* name;
  const char* help;
  const char* example;
};
// Does something with one endpoint, and shows it.
using EndpointAction = Result<WebhookRow> (*)(Database&, const Caller&, std::string_view, EndpointKind);
void add_endpoint_verb(Command noun, Context& context, const EndpointNoun& of, const VerbWords& words,
                       EndpointAction action);
// Calls an endpoint once and shows what came of it; the sending is left to the processes with the role deliver.
void add_endpoint_ping(Command noun, Context& context, const EndpointNoun& of, const VerbWords& words);

using ListEndpoints = Result<void> (*)(Context&, const OwnerIds&, const Paging&);
void add_endpoint_list(Command noun, Context& context, const VerbWords& words, ListEndpoints list);
using ListDeliveries = Result<void> (*)(Context&, const std::string& endpoint, const DeliveryQuestion&);
void add_endpoint_deliveries(Command noun, Context& context, const EndpointNoun& of, const VerbWords& words,
                             int limit_max, ListDeliveries list);

}  // namespace footfall::core
