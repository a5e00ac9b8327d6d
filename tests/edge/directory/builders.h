// Entities for the directory's tests, and their messages as core would publish them.
#pragma once

#include <cstdint>
#include <string>

#include "edge/directory/entity.h"
#include "proto/schema/directory.pb.h"

namespace footfall::edge::testing {

inline LinkEntity link(std::uint64_t id, std::uint64_t version, std::string_view code,
                       std::string_view target = "https://shop.example/landing") {
  return {.id = id,
          .version = version,
          .host = "c.localhost",
          .code = code,
          .campaign = 7,
          .affiliate = 11,
          .target = target,
          .fallback = {}};
}
inline LinkEntity deleted_link(std::uint64_t id, std::uint64_t version) {
  return {.id = id, .version = version, .deleted = true, .host = {}, .code = {}, .target = {}, .fallback = {}};
}

inline schema::Entity link_message(std::uint64_t id, std::uint64_t version, const std::string& code,
                                   const std::string& target = "https://shop.example/landing") {
  schema::Entity entity;
  schema::Link& message = *entity.mutable_link();
  message.set_id(id);
  message.set_version(version);
  message.set_host("c.localhost");
  message.set_code(code);
  message.set_campaign(7);
  message.set_affiliate(11);
  message.set_target(target);
  return entity;
}
inline schema::Entity deleted_link_message(std::uint64_t id, std::uint64_t version) {
  schema::Entity entity;
  entity.mutable_link()->set_id(id);
  entity.mutable_link()->set_version(version);
  entity.mutable_link()->set_deleted(true);
  return entity;
}
inline schema::Entity key_message(std::uint64_t id, std::uint64_t version, const Digest256& hash, bool revoked) {
  schema::Entity entity;
  schema::PublicKey& message = *entity.mutable_key();
  message.set_id(id);
  message.set_version(version);
  message.set_deleted(revoked);
  message.set_hash(std::string(as_view(hash)));
  message.set_account(3);
  message.set_clicks_per_minute(1000);
  message.set_link_host("c.localhost");
  return entity;
}
inline schema::Entity secrets_message(std::uint64_t version = 1) {
  schema::Entity entity;
  entity.mutable_secrets()->set_version(version);
  entity.mutable_secrets()->set_tag_key("tttttttttttttttt");
  entity.mutable_secrets()->set_draw_key("vvvvvvvvvvvvvvvv");
  return entity;
}

}  // namespace footfall::edge::testing
