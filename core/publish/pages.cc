#include "core/publish/pages.h"

#include <charconv>

#include "core/publish/entity_codec.h"
#include "core/publish/entity_walk.h"
#include "core/storage/directory_log.h"
#include "core/storage/visitor_salts.h"
#include "proto/base/bytes.h"
#include "proto/schema/directory.pb.h"

namespace footfall::core {
namespace {

constexpr std::size_t kPageBytes = 1 << 20;
constexpr std::int64_t kChangesPerPage = 2'000;

std::string parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const auto end = query.find('&');
    const auto pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    const auto equals = pair.find('=');
    if (pair.substr(0, equals) == name && equals != std::string_view::npos) {
      return percent_decode(pair.substr(equals + 1), true);
    }
  }
  return "";
}

Result<std::uint64_t> number(std::string_view query, std::string_view name) {
  const auto text = parameter(query, name);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value > INT64_MAX) {
    return invalid("\"" + std::string(name) + "\" must be a number");
  }
  return value;
}

Result<std::string> changes_page(Database& database, std::string_view query) {
  const auto epoch = number(query, "epoch");
  if (!epoch) return Failure(epoch.error());
  const auto after = number(query, "after");
  if (!after) return Failure(after.error());
  auto state = directory_state(database);
  if (!state) return Failure(state.error());
  schema::DirectoryPage page;
  page.set_epoch(state->epoch);
  page.set_version(state->version);
  if (*epoch == state->epoch && *after <= state->version) {
    auto changes = directory_log_after(database, *epoch, *after, kChangesPerPage);
    if (!changes) return Failure(changes.error());
    std::size_t bytes = 0;
    for (const auto& change : *changes) {
      if (bytes >= kPageBytes) break;
      if (!page.add_changes()->ParseFromString(change.change)) return internal("a change in the log is damaged");
      bytes += change.change.size();
    }
    page.set_complete(!changes->empty() || *after == state->version);
  }
  return page.SerializeAsString();
}

Result<std::string> snapshot_page(Database& database, std::string_view query) {
  auto cursor = WalkCursor::parse(parameter(query, "after"));
  if (!cursor) return invalid("\"after\" is no cursor of this service");
  auto state =
      directory_state(database);  // read before the page, so that changes made meanwhile come after this version
  if (!state) return Failure(state.error());
  auto entities = walk_entities(database, *cursor, state->version, kPageBytes);
  if (!entities) return Failure(entities.error());
  schema::DirectoryPage page;
  page.set_epoch(state->epoch);
  page.set_version(state->version);
  for (const auto& entity : *entities) {
    if (!page.add_entities()->ParseFromString(entity)) return internal("an entity cannot be encoded");
  }
  page.set_next(cursor->text());
  page.set_complete(cursor->at_end());
  return page.SerializeAsString();
}

Result<std::string> salts_page(Database& database, std::int64_t now_us) {
  auto salts = rotate_visitor_salts(database, wire::utc_day(now_us));
  if (!salts) return Failure(salts.error());
  return encode_salts(*salts);
}

}  // namespace

Result<std::string> directory_page(Database& database, std::string_view path, std::string_view query,
                                   std::int64_t now_us) {
  if (path == kSaltsPath) return salts_page(database, now_us);
  if (path == kChangesPath) return changes_page(database, query);
  if (path == kSnapshotPath) return snapshot_page(database, query);
  return not_found("no such page");
}

}  // namespace footfall::core
