// An entity is encoded once, as the message that a change or a chunk contains, and appended to these as bytes.
#include "core/publish/entity_codec.h"

#include <google/protobuf/io/coded_stream.h>

#include "core/domain/link_targets.h"
#include "proto/schema/directory.pb.h"
#include "proto/wire/dialect.h"

namespace footfall::core {
namespace {

// Appends `bytes` as the length-delimited protobuf field `number`.
void append_field(std::string& out, std::uint32_t number, std::string_view bytes) {
  std::uint8_t head[10];
  auto* end = google::protobuf::io::CodedOutputStream::WriteVarint32ToArray((number << 3) | 2, head);
  end = google::protobuf::io::CodedOutputStream::WriteVarint32ToArray(static_cast<std::uint32_t>(bytes.size()), end);
  out.append(reinterpret_cast<const char*>(head), static_cast<std::size_t>(end - head));
  out.append(bytes);
}

}  // namespace

std::string encode_link(const LinkEntity& link) {
  schema::Entity entity;
  auto& out = *entity.mutable_link();
  out.set_id(link.id);
  out.set_version(link.version);
  out.set_deleted(link.deleted);
  out.set_host(link.host);
  out.set_code(link.code);
  out.set_campaign(link.campaign);
  out.set_affiliate(link.affiliate);
  out.set_target(link.target);
  out.set_status(link.status);
  out.set_expires_s(link.expires_s);
  out.set_fallback(link.fallback);
  out.set_starts_s(link.starts_s);
  out.set_capped(link.capped);
  out.set_targets(pack_link_targets(link.targets));
  out.set_affiliate_public_id(link.affiliate_public_id);
  return entity.SerializeAsString();
}

std::string encode_campaign(const CampaignEntity& campaign) {
  schema::Entity entity;
  auto& out = *entity.mutable_campaign();
  out.set_id(campaign.id);
  out.set_version(campaign.version);
  out.set_deleted(campaign.deleted);
  out.set_account(campaign.account);
  out.set_mode(campaign.mode);
  out.set_dialect(static_cast<std::uint32_t>(wire::parse_dialect(campaign.dialect).value_or(wire::Dialect::none)));
  out.set_target(campaign.target);
  out.set_status(campaign.status);
  out.set_expires_s(campaign.expires_s);
  out.set_fallback(campaign.fallback);
  out.set_click_parameter(campaign.click_parameter);
  out.set_public_id(campaign.public_id);
  out.set_deep_link_hosts(campaign.deep_link_hosts);
  return entity.SerializeAsString();
}

std::string encode_key(const KeyEntity& key) {
  schema::Entity entity;
  auto& out = *entity.mutable_key();
  out.set_id(key.id);
  out.set_version(key.version);
  out.set_deleted(key.deleted);
  out.set_hash(key.hash);
  out.set_account(key.account);
  out.set_mode(key.mode);
  out.set_clicks_per_minute(key.clicks_per_minute);
  out.set_link_host(key.link_host);
  out.set_origin_hosts(key.origin_hosts);
  return entity.SerializeAsString();
}

std::string encode_secrets(const SecretValues& secrets, std::uint64_t version) {
  schema::Entity entity;
  entity.mutable_secrets()->set_version(version);
  entity.mutable_secrets()->set_tag_key(secrets.tag_key);
  entity.mutable_secrets()->set_draw_key(secrets.draw_key);
  return entity.SerializeAsString();
}

std::string encode_salts(const std::vector<wire::VisitorSalt>& salts) {
  schema::VisitorSalts out;
  for (const wire::VisitorSalt& salt : salts) {
    schema::VisitorSalt& one = *out.add_salts();
    one.set_day(static_cast<std::uint32_t>(salt.day));
    one.set_salt(salt.salt.data(), salt.salt.size());
  }
  return out.SerializeAsString();
}

std::string encode_change(std::uint64_t version, std::string_view entity, std::int64_t committed_us) {
  schema::DirectoryChange change;
  change.set_version(version);
  change.set_committed_us(static_cast<std::uint64_t>(committed_us));
  auto out = change.SerializeAsString();
  append_field(out, schema::DirectoryChange::kEntityFieldNumber, entity);
  return out;
}

void append_to_chunk(std::string& chunk, std::string_view entity) {
  append_field(chunk, schema::DirectoryChunk::kEntitiesFieldNumber, entity);
}

}  // namespace footfall::core
