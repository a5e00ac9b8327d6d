// Core's protobuf messages are parsed into arenas, and each entity in them is handed on as views (entity.h). A state
// that this version does not know is read as archived, so that nothing is credited by mistake.
#include "edge/directory/entity_codec.h"

#include <google/protobuf/arena.h>

#include <algorithm>
#include <climits>
#include <optional>

#include "proto/schema/directory.pb.h"

namespace footfall::edge {
namespace {

// A state from a newer core that we do not know: nothing is credited for it.
LinkStatus link_status(std::uint32_t status) {
  return status <= 2 ? static_cast<LinkStatus>(status) : LinkStatus::archived;
}
CampaignStatus campaign_status(std::uint32_t status) {
  return status <= 3 ? static_cast<CampaignStatus>(status) : CampaignStatus::archived;
}
wire::Mode mode_of(std::uint32_t mode) { return mode == 0 ? wire::Mode::live : wire::Mode::test; }
wire::Dialect dialect_of(std::uint32_t dialect) {
  return dialect <= 4 ? static_cast<wire::Dialect>(dialect) : wire::Dialect::none;
}

template <typename Bytes>
bool take(const std::string& from, Bytes& to) {
  if (from.size() != to.size()) return false;
  std::copy(from.begin(), from.end(), to.begin());
  return true;
}

LinkEntity to_entity(const schema::Link& link) {
  return {.id = link.id(),
          .version = link.version(),
          .deleted = link.deleted(),
          .host = link.host(),
          .code = link.code(),
          .campaign = link.campaign(),
          .affiliate = link.affiliate(),
          .status = link_status(link.status()),
          .is_capped = link.capped(),
          .starts_s = link.starts_s(),
          .expires_s = link.expires_s(),
          .target = link.target(),
          .fallback = link.fallback(),
          .targets = link.targets(),
          .affiliate_public_id = link.affiliate_public_id()};
}

CampaignEntity to_entity(const schema::Campaign& campaign) {
  return {.id = campaign.id(),
          .version = campaign.version(),
          .deleted = campaign.deleted(),
          .account = campaign.account(),
          .mode = mode_of(campaign.mode()),
          .dialect = dialect_of(campaign.dialect()),
          .status = campaign_status(campaign.status()),
          .expires_s = campaign.expires_s(),
          .target = campaign.target(),
          .fallback = campaign.fallback(),
          .click_parameter = campaign.click_parameter(),
          .public_id = campaign.public_id(),
          .deep_link_hosts = campaign.deep_link_hosts()};
}

std::optional<DirectoryEntity> to_entity(const schema::PublicKey& key) {
  KeyEntity entity{.id = key.id(),
                   .version = key.version(),
                   .deleted = key.deleted(),
                   .hash = {},
                   .account = key.account(),
                   .mode = mode_of(key.mode()),
                   .clicks_per_minute = key.clicks_per_minute(),
                   .link_host = key.link_host(),
                   .origin_hosts = key.origin_hosts()};
  if (!take(key.hash(), entity.hash) && !entity.deleted) return std::nullopt;
  return entity;
}

std::optional<DirectoryEntity> to_entity(const schema::Secrets& secrets) {
  SecretsEntity entity{.version = secrets.version(), .keys = {}};
  if (!take(secrets.tag_key(), entity.keys.tag_key) || !take(secrets.draw_key(), entity.keys.draw_key)) {
    return std::nullopt;
  }
  return entity;
}

std::optional<DirectoryEntity> to_entity(const schema::Entity& entity) {
  switch (entity.kind_case()) {
    case schema::Entity::kLink:
      return to_entity(entity.link());
    case schema::Entity::kCampaign:
      return to_entity(entity.campaign());
    case schema::Entity::kKey:
      return to_entity(entity.key());
    case schema::Entity::kSecrets:
      return to_entity(entity.secrets());
    case schema::Entity::KIND_NOT_SET:
      break;
  }
  return std::nullopt;
}

template <typename Message>
bool parse(std::string_view bytes, Message& message) {
  return bytes.size() <= INT_MAX && message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

void give(const google::protobuf::RepeatedPtrField<schema::Entity>& entities, const EntitySink& sink) {
  for (const schema::Entity& entity : entities) {
    const std::optional<DirectoryEntity> known = to_entity(entity);
    sink(known ? &*known : nullptr);
  }
}

bool give(const schema::DirectoryChange& change, const ChangeSink& sink) {
  const std::optional<DirectoryEntity> known = to_entity(change.entity());
  return sink({.version = change.version(),
               .committed_us = static_cast<std::int64_t>(change.committed_us()),
               .entity = known ? &*known : nullptr});
}

bool parse_page(std::string_view bytes, schema::DirectoryPage& page, DirectoryPageHead& head) {
  if (!parse(bytes, page)) return false;
  head = {{page.epoch(), page.version()}, page.complete(), page.next()};
  return true;
}

}  // namespace

bool decode_change(std::string_view bytes, const ChangeSink& sink) {
  schema::DirectoryChange change;
  if (!parse(bytes, change)) return false;
  give(change, sink);
  return true;
}

bool decode_chunk(std::string_view bytes, const EntitySink& sink) {
  google::protobuf::Arena arena;
  auto& chunk = *google::protobuf::Arena::CreateMessage<schema::DirectoryChunk>(&arena);
  if (!parse(bytes, chunk)) return false;
  give(chunk.entities(), sink);
  return true;
}

std::optional<VisitorSalts> decode_salts(std::string_view bytes) {
  schema::VisitorSalts message;
  if (!parse(bytes, message)) return std::nullopt;
  VisitorSalts salts;
  for (const schema::VisitorSalt& one : message.salts()) {
    wire::VisitorSalt salt{one.day(), {}};
    if (!take(one.salt(), salt.salt) || !salts.add(salt)) return std::nullopt;
  }
  return salts;
}

bool decode_page_head(std::string_view bytes, DirectoryPageHead& head) {
  google::protobuf::Arena arena;
  auto& page = *google::protobuf::Arena::CreateMessage<schema::DirectoryPage>(&arena);
  return parse_page(bytes, page, head);
}

bool decode_page_entities(std::string_view bytes, DirectoryPageHead& head, const EntitySink& sink) {
  google::protobuf::Arena arena;
  auto& page = *google::protobuf::Arena::CreateMessage<schema::DirectoryPage>(&arena);
  if (!parse_page(bytes, page, head)) return false;
  give(page.entities(), sink);
  return true;
}

bool decode_page_changes(std::string_view bytes, DirectoryPageHead& head, const ChangeSink& sink) {
  google::protobuf::Arena arena;
  auto& page = *google::protobuf::Arena::CreateMessage<schema::DirectoryPage>(&arena);
  if (!parse_page(bytes, page, head)) return false;
  for (const schema::DirectoryChange& change : page.changes()) {
    if (!give(change, sink)) break;
  }
  return true;
}

}  // namespace footfall::edge
