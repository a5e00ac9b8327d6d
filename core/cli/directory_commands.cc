// What edges know, asked of the tables from which the directory is published: one key, one link, the version, and the
// order to write everything anew.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <memory>

#include "core/actions/reading/operation.h"
#include "core/actions/rebuild_directory.h"
#include "core/cli/nouns.h"
#include "core/cli/views.h"
#include "core/domain/keys.h"
#include "proto/wire/streams.h"

namespace footfall::core {
namespace {

using boost::json::object;
using boost::json::value;

value redis_view(Context& context) {
  auto redis = context.redis();
  if (!redis) return nullptr;
  auto fields = redis::read_hash(**redis, wire::kDirectoryHeadKey);
  if (!fields) return nullptr;
  object view;
  for (const auto& [name, text] : *fields) view[name] = text;
  return view;
}

Result<void> version(Context& context) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto progress = read_directory_progress(**database, context.caller());
  if (!progress) return Failure(progress.error());
  return context.show({{"epoch", progress->state.epoch},
                       {"version", progress->state.version},
                       {"changes_waiting", progress->changes_waiting},
                       {"redis", redis_view(context)}});
}

Result<void> rebuild(Context& context) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  auto state = rebuild_directory(**database, context.caller());
  if (!state) return Failure(state.error());
  return context.show({{"epoch", state->epoch}, {"version", state->version}});
}

object key_entity_view(const KeyEntity& key) {
  return {{"kind", "key"},
          {"version", key.version},
          {"deleted", key.deleted},
          {"account", key.account},
          {"mode", key.mode == 1 ? "test" : "live"},
          {"clicks_per_minute", key.clicks_per_minute},
          {"link_host", key.link_host}};
}

value campaign_entity_view(const CampaignEntity& campaign) {
  return object{{"version", campaign.version},   {"deleted", campaign.deleted},
                {"account", campaign.account},   {"mode", campaign.mode == 1 ? "test" : "live"},
                {"dialect", campaign.dialect},   {"target", campaign.target},
                {"status", campaign.status},     {"expires_s", campaign.expires_s},
                {"fallback", campaign.fallback}, {"click_parameter", campaign.click_parameter},
                {"id", campaign.public_id},      {"deep_link_hosts", campaign.deep_link_hosts}};
}

Result<void> look_up(Context& context, const std::string& text) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  const auto shape = classify_key(text);
  if (text.starts_with("key_") || (shape && shape->kind == KeyKind::public_key)) {
    auto key = read_published_key(**database, context.caller(), text);
    if (!key) return Failure(key.error());
    return context.show(key_entity_view(*key));
  }
  auto published = read_published_link(**database, context.caller(), text);
  if (!published) return Failure(published.error());
  const LinkRow& link = published->link;
  const LinkEntity& entity = published->entity;
  return context.show({{"kind", "link"},
                       {"id", link.public_id},
                       {"version", entity.version},
                       {"deleted", entity.deleted},
                       {"host", entity.host},
                       {"code", entity.code},
                       {"credits", entity.affiliate ? text_or_null(link.affiliate_public_id) : value()},
                       {"target", entity.target},
                       {"status", entity.status},
                       {"expires_s", entity.expires_s},
                       {"fallback", entity.fallback},
                       {"starts_s", entity.starts_s},
                       {"capped", entity.capped},
                       {"targets", entity.targets},
                       {"campaign", published->campaign ? campaign_entity_view(*published->campaign) : value()}});
}

}  // namespace

void add_directory(Command app, Context& context) {
  Command noun = app.add_noun("directory", "What edges know: links, campaigns, public keys, limits");

  Command versioning = noun.add_verb("version", "Where it stands in the books and in Redis", "directory version");
  versioning.callback([&context] { context.choose([&context] { return version(context); }); });

  Command rebuilding = noun.add_verb("rebuild", "Publish everything anew; edges go on with what they have meanwhile",
                                     "directory rebuild --reason 'restored Redis from a dump'");
  rebuilding.callback([&context] { context.choose([&context] { return rebuild(context); }); });

  Command looking = noun.add_verb("lookup", "What edges are told of a link or a public key",
                                  "directory lookup c.example.com/summer-jane");
  auto text = std::make_shared<std::string>();
  looking.add_option("what", *text, "HOST/CODE, CODE, lnk_…, key_…, or a public key's value").required();
  looking.callback([&context, text] { context.choose([&context, text] { return look_up(context, *text); }); });
}

}  // namespace footfall::core
