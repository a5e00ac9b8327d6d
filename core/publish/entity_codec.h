// Rows → what edges read (proto/schema/directory.proto). Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/storage/directory_log.h"

namespace footfall::core {

// An encoded Entity.
std::string encode_link(const LinkEntity& link);
std::string encode_campaign(const CampaignEntity& campaign);
std::string encode_key(const KeyEntity& key);
std::string encode_secrets(const SecretValues& secrets, std::uint64_t version);

// A DirectoryChange around an encoded Entity.
std::string encode_change(std::uint64_t version, std::string_view entity, std::int64_t committed_us);
// Appends an encoded Entity to an encoded DirectoryChunk.
void append_to_chunk(std::string& chunk, std::string_view entity);

}  // namespace footfall::core
