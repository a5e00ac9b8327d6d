#include <utility>

#include "edge/directory/source.h"
#include "proto/wire/streams.h"

namespace footfall::edge {
namespace {

Failure unusable(std::string what) { return unavailable(ErrorSource::redis, std::move(what)); }

}  // namespace

Result<std::optional<DirectoryHead>> RedisSource::read_head() {
  const auto fields = redis::read_hash(redis_, wire::kDirectoryHeadKey);
  if (!fields) return std::unexpected(fields.error());
  return parse_head(*fields);
}

Result<DirectoryPosition> RedisSource::begin_whole() {
  const auto head = read_head();
  if (!head) return std::unexpected(head.error());
  if (!*head || (*head)->snapshot_chunks == 0) return unusable("redis has no snapshot of the directory");
  head_ = **head;
  chunk_ = 0;
  return DirectoryPosition{head_.position.epoch, head_.snapshot_version};
}

Result<bool> RedisSource::take_piece(const EntitySink& sink) {
  if (chunk_ == head_.snapshot_chunks) return false;
  const std::string key = wire::directory_snapshot_key(head_.position.epoch, head_.snapshot_version, chunk_);
  const auto reply = redis_.command({"GET", key});
  if (!reply) return std::unexpected(reply.error());
  if (reply->kind != redis::Reply::Kind::text) return unusable("redis lacks " + key);
  if (!decode_chunk(reply->text, sink)) return unusable("damaged: " + key);
  ++chunk_;
  return true;
}

Result<ChangesRead> RedisSource::read_changes(DirectoryPosition after, std::int64_t wait_ms, const ChangeSink& sink) {
  const std::string from = wire::EntryId{after.epoch, after.version}.text();
  const auto entries = redis::read_stream(redis_, wire::kDirectoryChangesKey, from, kChangesPerRead, wait_ms);
  if (!entries) return std::unexpected(entries.error());
  ChangesRead read;
  for (const redis::StreamEntry& entry : *entries) {
    const std::optional<wire::EntryId> id = wire::parse_entry_id(entry.id);
    if (!id) return unusable("an entry of the directory's changes has no sound id");
    read.action = classify_change(after, id->major, id->minor);
    if (read.action == ChangeAction::skip) continue;
    if (read.action != ChangeAction::apply) return read;
    const std::string_view bytes = redis::find_field(entry, wire::kChangeField);
    const bool decoded = decode_change(bytes, [&](const DirectoryChangeView& change) {
      if (change.version != id->minor) read.action = ChangeAction::gap;  // not what its place says: damaged
      return change.version == id->minor && sink(change);
    });
    if (!decoded) read.action = ChangeAction::gap;
    if (read.action != ChangeAction::apply) return read;
    after.version = id->minor;
    ++read.given;
  }
  read.action = ChangeAction::apply;
  return read;
}

Result<VisitorSalts> RedisSource::read_salts() {
  const auto reply = redis_.command({"GET", wire::kDirectorySaltsKey});
  if (!reply) return std::unexpected(reply.error());
  if (reply->kind != redis::Reply::Kind::text) return VisitorSalts();
  const auto salts = decode_salts(reply->text);
  if (!salts) return unusable("redis' salts are malformed");
  return *salts;
}

}  // namespace footfall::edge
