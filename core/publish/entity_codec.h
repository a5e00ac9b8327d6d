// Encodes rows as the protobuf messages that edges read (proto/schema/directory.proto). Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/storage/directory_log.h"
#include "proto/wire/visitor_salts.h"

namespace footfall::core {

// Each returns an encoded Entity.
std::string encode_link(const LinkEntity& link);
std::string encode_campaign(const CampaignEntity& campaign);
std::string encode_key(const KeyEntity& key);
std::string encode_secrets(const SecretValues& secrets, std::uint64_t version);

// Returns encoded VisitorSalts.
std::string encode_salts(const std::vector<wire::VisitorSalt>& salts);

// Returns a DirectoryChange that contains the encoded Entity.
std::string encode_change(std::uint64_t version, std::string_view entity, std::int64_t committed_us);
// Appends an encoded Entity to an encoded DirectoryChunk. Protobuf allows this without decoding the chunk.
void append_to_chunk(std::string& chunk, std::string_view entity);

}  // namespace footfall::core
