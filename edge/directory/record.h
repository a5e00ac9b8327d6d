// The form of an entity in memory and in the snapshot on disk: a length, then fields as varints and counted texts,
// about 25 bytes beside the texts for a link. A tombstone is a record of which only id and version are left.
//
//   record = varint(size of the rest) flags:1 varint(id) varint(version) [fields of the kind, unless deleted]
//
// A link's rules (start, click cap, targets) and what is rarely set of a campaign or a key stand at the end, and only
// where a flag says so: a plain link has no byte of them, and snapshots of versions without them are read.
//
// Parsing is bounded by `available`, so that a snapshot's bytes may be parsed as they are; false: malformed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "edge/directory/entity.h"

namespace footfall::edge {

inline constexpr std::size_t kRecordBytesMax = 32 * 1024;
inline constexpr std::size_t kHostBytesMax = 255;
inline constexpr std::size_t kCodeBytesMax = 255;

struct RecordHead {
  std::uint64_t id = 0;
  std::uint64_t version = 0;
  bool deleted = false;
  std::size_t size = 0;  // of the whole record
};
struct LinkRecord {
  RecordHead head;
  std::uint32_t host = 0;  // index of the interned name
  LinkView view;
};
struct CampaignRecord {
  RecordHead head;
  CampaignView view;
};
struct KeyRecord {
  RecordHead head;
  std::string_view hash;  // 32 bytes
  KeyView view;
};

bool parse_head(const char* record, std::size_t available, RecordHead& out);
bool parse_link(const char* record, std::size_t available, LinkRecord& out);
bool parse_campaign(const char* record, std::size_t available, CampaignRecord& out);
bool parse_key(const char* record, std::size_t available, KeyRecord& out);

// Replace `out` by the record; false if it would be longer than kRecordBytesMax or a text is beyond its bound.
bool pack_link(const LinkEntity& link, std::uint32_t host, std::string& out);
bool pack_campaign(const CampaignEntity& campaign, std::string& out);
bool pack_key(const KeyEntity& key, std::string& out);
void pack_tombstone(std::uint64_t id, std::uint64_t version, std::string& out);

}  // namespace footfall::edge
