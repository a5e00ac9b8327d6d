#include "core/cli/endpoint_commands.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <memory>

#include "core/actions/webhooks.h"
#include "core/cli/delivery_view.h"
#include "core/cli/views.h"
#include "proto/base/clock.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kPingWaitUs = 30'000'000;

Result<void> act_on(Context& context, const EndpointNoun& of, const std::string& id, EndpointAction action) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto row = action(**database, context.caller(), id, of.kind);
  if (!row) return Failure(row.error());
  return context.show(of.view(*row));
}

Result<void> ping(Context& context, const EndpointNoun& of, const std::string& id) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  const Clock& clock = system_clock();
  auto sent = ping_webhook(**database, context.caller(), id, clock.wall_us(), of.kind);
  if (!sent) return Failure(sent.error());
  auto delivery = await_delivery(**database, context.caller(), *sent, kPingWaitUs, clock, of.kind);
  if (!delivery) return Failure(delivery.error());
  return context.show(delivery_view(*delivery));
}

}  // namespace

boost::json::object endpoint_view(const WebhookRow& row) {
  boost::json::array events;
  for (const std::string& name : row.events) events.emplace_back(name);
  return {{"id", row.public_id},
          {"account", row.account_public_id},
          {"mode", mode_name(row.mode)},
          {"url", row.url},
          {"description", row.description},
          {"events", std::move(events)},
          {"status", row.status},
          {"disabled_reason", text_view(row.disabled_reason)},
          {"disabled_at", time_view(row.disabled_us)},
          {"failures_in_row", row.failures_in_row},
          {"paused_until", time_view(row.paused_until_us)},
          {"created_at", time_view(row.created_us)}};
}

void add_endpoint_verb(Command noun, Context& context, const EndpointNoun& of, const VerbWords& words,
                       EndpointAction action) {
  add_verb_of_id(noun, context, words.name, words.help, words.example, of.id,
                 [of, action](Context& in, const std::string& id) { return act_on(in, of, id, action); });
}

void add_endpoint_ping(Command noun, Context& context, const EndpointNoun& of, const VerbWords& words) {
  add_verb_of_id(noun, context, words.name, words.help, words.example, of.id,
                 [of](Context& in, const std::string& id) { return ping(in, of, id); });
}

void add_endpoint_list(Command noun, Context& context, const VerbWords& words, ListEndpoints list) {
  Command verb = noun.add_verb(words.name, words.help, words.example);
  auto owners = std::make_shared<OwnerIds>();
  auto paging = std::make_shared<Paging>();
  verb.add_option("--account", owners->account, "acc_…");
  add_paging(verb, *paging);
  verb.callback([&context, owners, paging, list] {
    context.choose([&context, owners, paging, list] { return list(context, *owners, *paging); });
  });
}

void add_endpoint_deliveries(Command noun, Context& context, const EndpointNoun& of, const VerbWords& words,
                             int limit_max, ListDeliveries list) {
  Command verb = noun.add_verb(words.name, words.help, words.example);
  auto endpoint = std::make_shared<std::string>();
  auto question = std::make_shared<DeliveryQuestion>();
  verb.add_option("id", *endpoint, of.id).required();
  verb.add_option("--status", question->status, "Only those")
      .choose_from({"waiting", "delivered", "failed", "cancelled"});
  verb.add_option("--limit", question->limit, "At most so many").in_range(1, limit_max).show_default();
  verb.add_option("--offset", question->offset, "Leave out so many").not_negative();
  verb.callback([&context, endpoint, question, list] {
    context.choose([&context, endpoint, question, list] { return list(context, *endpoint, *question); });
  });
}

}  // namespace footfall::core
