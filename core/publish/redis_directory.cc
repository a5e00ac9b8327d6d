// A Redis that answers with an error (no memory, read only, still loading) is reported as unavailable, like one that
// does not answer: the publisher tries again later. Long lists go in several commands, so that no command grows without
// bound.
#include "core/publish/redis_directory.h"

#include <charconv>
#include <map>

#include "proto/wire/streams.h"

namespace footfall::core {
namespace {

constexpr std::string_view kSnapshotPattern = "footfall:directory:snapshot:*";
constexpr std::size_t kKeysPerCommand = 512;

std::optional<std::uint64_t> number(const std::map<std::string, std::string>& fields, const char* name) {
  const auto field = fields.find(name);
  if (field == fields.end()) return std::nullopt;
  std::uint64_t value = 0;
  const char* end = field->second.data() + field->second.size();
  const auto parsed = std::from_chars(field->second.data(), end, value);
  if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
  return value;
}

// Errors that Redis answers with (no memory, read only, loading) are temporary.
Result<void> accepted(const Result<redis::Reply>& reply) {
  if (!reply) return Failure(reply.error());
  if (reply->is_error()) return unavailable(ErrorSource::redis, reply->text);
  return {};
}

// The id of an entry in XINFO STREAM: [id, [field, value]], or nil.
wire::EntryId entry_id(const redis::Reply& entry) {
  if (entry.elements.empty()) return {};
  return wire::parse_entry_id(entry.elements[0].text).value_or(wire::EntryId{});
}

}  // namespace

Result<DirectoryInRedis> RedisDirectory::read() {
  DirectoryInRedis state;
  auto pairs = redis::read_hash(redis_, wire::kDirectoryHeadKey);
  if (!pairs) return Failure(pairs.error());
  const std::map<std::string, std::string> fields(pairs->begin(), pairs->end());
  const auto epoch = number(fields, "epoch");
  const auto version = number(fields, "version");
  const auto snapshot = number(fields, "snapshot_version");
  const auto chunks = number(fields, "snapshot_chunks");
  state.has_head = epoch && version && snapshot && chunks;
  state.epoch = epoch.value_or(0);
  state.version = version.value_or(0);
  state.snapshot_version = snapshot.value_or(0);
  state.snapshot_chunks = chunks.value_or(0);
  auto present = count_chunks(state);
  if (!present) return Failure(present.error());
  state.chunks_present = *present;

  auto info = redis_.command({"XINFO", "STREAM", wire::kDirectoryChangesKey});
  if (!info) return Failure(info.error());
  if (info->is_error() && !info->text.starts_with("ERR no such key")) {
    return unavailable(ErrorSource::redis, info->text);
  }
  for (std::size_t i = 0; i + 1 < info->elements.size(); i += 2) {
    const auto& name = info->elements[i].text;
    const auto& value = info->elements[i + 1];
    if (name == "length") state.entries = static_cast<std::uint64_t>(value.integer);
    if (name == "first-entry") state.first = entry_id(value);
    if (name == "last-generated-id") state.top = wire::parse_entry_id(value.text).value_or(wire::EntryId{});
  }
  return state;
}

Result<std::uint64_t> RedisDirectory::count_chunks(const DirectoryInRedis& state) {
  if (!state.has_head) return 0;
  std::uint64_t present = 0;
  for (std::uint64_t begin = 0; begin < state.snapshot_chunks; begin += kKeysPerCommand) {
    std::vector<std::string> keys;
    for (auto n = begin; n < state.snapshot_chunks && n < begin + kKeysPerCommand; ++n) {
      keys.push_back(wire::directory_snapshot_key(state.epoch, state.snapshot_version, n));
    }
    redis::Arguments arguments{"EXISTS"};
    arguments.insert(arguments.end(), keys.begin(), keys.end());
    auto reply = redis_.command(arguments);
    if (auto fine = accepted(reply); !fine) return Failure(fine.error());
    present += static_cast<std::uint64_t>(reply->integer);
  }
  return present;
}

Result<void> RedisDirectory::push(std::uint64_t epoch, const std::vector<PublishedChange>& changes,
                                  std::int64_t checked_us) {
  if (changes.empty()) return {};
  std::vector<std::string> ids;
  for (const auto& change : changes) ids.push_back(wire::EntryId{epoch, change.version}.text());
  std::vector<redis::Arguments> commands;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    commands.push_back({"XADD", wire::kDirectoryChangesKey, ids[i], wire::kChangeField, changes[i].change});
  }
  if (auto added = run(commands); !added) return added;
  return set_version(changes.back().version, checked_us);
}

Result<void> RedisDirectory::set_version(std::uint64_t version, std::int64_t checked_us) {
  const auto version_text = std::to_string(version);
  const auto checked_text = std::to_string(checked_us);
  return accepted(
      redis_.command({"HSET", wire::kDirectoryHeadKey, "version", version_text, "checked_us", checked_text}));
}

Result<void> RedisDirectory::mark_checked(std::int64_t checked_us) {
  const auto text = std::to_string(checked_us);
  return accepted(redis_.command({"HSET", wire::kDirectoryHeadKey, "checked_us", text}));
}

Result<bool> RedisDirectory::has_salts(std::string_view salts) {
  auto reply = redis_.command({"GET", wire::kDirectorySaltsKey});
  if (auto fine = accepted(reply); !fine) return Failure(fine.error());
  return reply->kind == redis::Reply::Kind::text && reply->text == salts;
}

Result<void> RedisDirectory::write_salts(std::string_view salts, std::int64_t seconds) {
  const auto text = std::to_string(seconds);
  return accepted(redis_.command({"SET", wire::kDirectorySaltsKey, salts, "EX", text}));
}

Result<void> RedisDirectory::write_chunk(std::uint64_t epoch, std::uint64_t version, std::uint64_t number,
                                         std::string_view chunk) {
  const auto key = wire::directory_snapshot_key(epoch, version, number);
  return accepted(redis_.command({"SET", key, chunk}));
}

Result<void> RedisDirectory::switch_snapshot(const DirectoryState& state, std::uint64_t chunks, bool new_epoch,
                                             std::int64_t checked_us) {
  const auto epoch = std::to_string(state.epoch);
  const auto version = std::to_string(state.version);
  const auto count = std::to_string(chunks);
  const auto checked = std::to_string(checked_us);
  std::vector<redis::Arguments> commands;
  if (new_epoch) {
    commands.push_back({"DEL", wire::kDirectoryChangesKey});
    commands.push_back({"HSET", wire::kDirectoryHeadKey, "epoch", epoch, "version", version, "snapshot_version",
                        version, "snapshot_chunks", count, "checked_us", checked});
  } else {
    commands.push_back({"HSET", wire::kDirectoryHeadKey, "snapshot_version", version, "snapshot_chunks", count,
                        "checked_us", checked});
  }
  return run(commands);
}

Result<void> RedisDirectory::remove_old(const DirectoryState& snapshot, std::uint64_t keep) {
  const auto current = wire::directory_snapshot_key(snapshot.epoch, snapshot.version, 0);
  const auto prefix = current.substr(0, current.size() - 1);
  std::string cursor = "0";
  do {
    auto page = redis_.command({"SCAN", cursor, "MATCH", kSnapshotPattern, "COUNT", "1000"});
    if (auto fine = accepted(page); !fine) return fine;
    if (page->elements.size() != 2) return unavailable(ErrorSource::redis, "SCAN: an unexpected reply");
    redis::Arguments arguments{"DEL"};
    for (const auto& key : page->elements[1].elements) {
      if (!key.text.starts_with(prefix)) arguments.push_back(key.text);
    }
    if (arguments.size() > 1) {
      if (auto gone = accepted(redis_.command(arguments)); !gone) return gone;
    }
    cursor = page->elements[0].text;
  } while (cursor != "0");
  if (snapshot.version <= keep) return {};
  const auto lowest = wire::EntryId{snapshot.epoch, snapshot.version - keep}.text();
  return accepted(redis_.command({"XTRIM", wire::kDirectoryChangesKey, "MINID", lowest}));
}

Result<void> RedisDirectory::run(const std::vector<redis::Arguments>& commands) {
  auto replies = redis_.pipeline(commands);
  if (!replies) return Failure(replies.error());
  for (const auto& reply : *replies) {
    if (reply.is_error()) return unavailable(ErrorSource::redis, reply.text);
  }
  return {};
}

}  // namespace footfall::core
