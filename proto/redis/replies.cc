// Replies of the shapes that both programs read, checked: a reply of another shape is an error, never a crash.
#include <algorithm>

#include "proto/redis/client.h"

namespace footfall::redis {
namespace {

Failure unexpected_reply(std::string_view command, const Reply& reply) {
  std::string what(command);
  what += reply.is_error() ? ": " + reply.text : std::string(": a reply of another shape than expected");
  return Failure(Error{ErrorKind::internal, ErrorSource::redis, reply.is_error(), std::move(what)});
}

bool is_text(const Reply& reply) { return reply.kind == Reply::Kind::text; }

bool read_pairs(std::vector<Reply>& elements, HashFields& out) {
  if (elements.size() % 2 != 0) return false;
  out.reserve(elements.size() / 2);
  for (std::size_t i = 0; i < elements.size(); i += 2) {
    if (!is_text(elements[i]) || !is_text(elements[i + 1])) return false;
    out.emplace_back(std::move(elements[i].text), std::move(elements[i + 1].text));
  }
  return true;
}

Result<HashFields> fields_of(Reply& reply) {
  HashFields fields;
  if (reply.kind != Reply::Kind::array || !read_pairs(reply.elements, fields)) {
    return unexpected_reply("HGETALL", reply);
  }
  return fields;
}

}  // namespace

Result<std::vector<StreamEntry>> read_stream(Redis& redis, std::string_view key, std::string_view after,
                                             std::int64_t count, std::int64_t block_ms) {
  const std::string count_text = std::to_string(count);
  const std::string block_text = std::to_string(block_ms);
  Arguments arguments{"XREAD", "COUNT", count_text};
  if (block_ms > 0) arguments.insert(arguments.end(), {"BLOCK", block_text});
  arguments.insert(arguments.end(), {"STREAMS", key, after});
  auto reply = redis.command(arguments, block_ms > 0 ? block_ms : 0);
  if (!reply) return std::unexpected(std::move(reply.error()));

  std::vector<StreamEntry> entries;
  if (reply->is_nil()) return entries;
  // [[key, [[id, [field, value, …]], …]]]
  if (reply->kind != Reply::Kind::array || reply->elements.size() != 1 || reply->elements[0].elements.size() != 2) {
    return unexpected_reply("XREAD", *reply);
  }
  for (Reply& element : reply->elements[0].elements[1].elements) {
    StreamEntry entry;
    if (element.elements.size() != 2 || !is_text(element.elements[0]) ||
        !read_pairs(element.elements[1].elements, entry.fields)) {
      return unexpected_reply("XREAD", *reply);
    }
    entry.id = std::move(element.elements[0].text);
    entries.push_back(std::move(entry));
  }
  return entries;
}

Result<std::vector<StreamCursor>> wait_for_entries(Redis& redis, std::span<const StreamCursor> cursors,
                                                   std::int64_t wait_ms) {
  const std::string wait_text = std::to_string(std::max<std::int64_t>(wait_ms, 1));  // 0 would wait for ever
  Arguments arguments{"XREAD", "COUNT", "1", "BLOCK", wait_text, "STREAMS"};
  for (const StreamCursor& cursor : cursors) arguments.push_back(cursor.key);
  for (const StreamCursor& cursor : cursors) arguments.push_back(cursor.after);
  auto reply = redis.command(arguments, wait_ms);
  if (!reply) return std::unexpected(std::move(reply.error()));

  std::vector<StreamCursor> found;
  if (reply->is_nil()) return found;
  if (reply->kind != Reply::Kind::array) return unexpected_reply("XREAD", *reply);
  for (Reply& stream : reply->elements) {
    const bool has_entry = stream.elements.size() == 2 && is_text(stream.elements[0]) &&
                           !stream.elements[1].elements.empty() && !stream.elements[1].elements[0].elements.empty() &&
                           is_text(stream.elements[1].elements[0].elements[0]);
    if (!has_entry) return unexpected_reply("XREAD", *reply);
    found.push_back({std::move(stream.elements[0].text), std::move(stream.elements[1].elements[0].elements[0].text)});
  }
  return found;
}

Result<HashFields> read_hash(Redis& redis, std::string_view key) {
  auto reply = redis.command({"HGETALL", key});
  if (!reply) return std::unexpected(std::move(reply.error()));
  return fields_of(*reply);
}

Result<std::vector<HashFields>> read_hashes(Redis& redis, std::initializer_list<std::string_view> keys) {
  std::vector<Arguments> commands;
  for (const std::string_view key : keys) commands.push_back({"HGETALL", key});
  auto replies = redis.pipeline(commands);
  if (!replies) return std::unexpected(std::move(replies.error()));
  std::vector<HashFields> hashes;
  for (Reply& reply : *replies) {
    auto fields = fields_of(reply);
    if (!fields) return std::unexpected(std::move(fields.error()));
    hashes.push_back(std::move(*fields));
  }
  return hashes;
}

std::string_view find_field(const StreamEntry& entry, std::string_view name) {
  for (const auto& [field, value] : entry.fields) {
    if (field == name) return value;
  }
  return {};
}

}  // namespace footfall::redis
