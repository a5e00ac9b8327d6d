#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <memory>

#include "core/actions/edges.h"
#include "core/actions/reading/operation.h"
#include "core/cli/edge_heartbeats.h"
#include "core/cli/nouns.h"
#include "core/cli/views.h"

namespace footfall::core {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

object edge_view(const StreamRow& row, const wire::Heartbeat* heartbeat) {
  const auto head = heartbeat ? std::max(row.head, heartbeat->head) : row.head;
  return {{"edge", row.edge},
          {"edge_number", row.edge_number},
          {"incarnation", row.incarnation.hex()},
          {"state", row.retired      ? "retired"
                    : row.finished() ? "finished"
                    : row.ended      ? "ending"
                                     : "open"},
          {"head", head},
          {"position", row.position},
          {"behind", head > row.position ? head - row.position : 0},
          {"unstored_bytes", heartbeat ? value(heartbeat->unstored_bytes) : value()},
          {"started_at", heartbeat ? time_view(heartbeat->started_us) : value()},
          {"heard_at", time_view(row.heard_us)}};
}

struct ListOptions {
  bool all = false;
};

Result<void> list(Context& context, const ListOptions& options) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto rows = read_streams(**database, context.caller(), options.all ? WhichStreams::all : WhichStreams::open);
  if (!rows) return Failure(rows.error());
  auto redis = context.redis();
  if (!redis) return Failure(redis.error());
  const auto heartbeats = read_heartbeats(**redis);  // with Redis away the books still say what they know
  array all;
  for (const auto& row : *rows) {
    const wire::Heartbeat* own = nullptr;
    if (heartbeats) {
      for (const auto& one : *heartbeats) own = one.incarnation == row.incarnation ? &one : own;
    }
    all.push_back(edge_view(row, own));
  }
  return context.list("edges", all,
                      {"edge", "edge_number", "incarnation", "state", "head", "behind", "unstored_bytes", "heard_at"});
}

Result<void> retire(Context& context, const std::string& edge) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto incarnations = retire_edge(**database, context.caller(), edge);
  if (!incarnations) return Failure(incarnations.error());
  array retired;
  for (const auto& incarnation : *incarnations) retired.push_back(value(incarnation));
  return context.show({{"retired", std::move(retired)}});
}

}  // namespace

void add_edge(Command app, Context& context) {
  Command noun = app.add_noun("edge", "Edges, each start of one an incarnation of its own");

  Command listing = noun.add_verb("list", "Incarnations that may still bring clicks", "edge list --all");
  auto options = std::make_shared<ListOptions>();
  listing.add_flag("--all", options->all, "Finished ones, too");
  listing.callback([&context, options] { context.choose([&context, options] { return list(context, *options); }); });

  Command retiring =
      noun.add_verb("retire",
                    "Nobody waits for it any more: conversions on its missing clicks are booked unresolved. "
                    "What it still brings is stored all the same",
                    "edge retire edge-3");
  auto edge = std::make_shared<std::string>();
  retiring.add_option("edge", *edge, "Its name, or one incarnation in hex").required();
  retiring.callback([&context, edge] { context.choose([&context, edge] { return retire(context, *edge); }); });
}

}  // namespace footfall::core
