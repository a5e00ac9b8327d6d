// Books holds the truth as PostgreSQL would: every entity's state and the log of changes. Publisher writes it to a real
// Redis as core does, and can leave things out. StubCore answers core's internal paths from a copy of the books.
#include "tests/edge/directory/publisher.h"

#include <algorithm>
#include <stdexcept>

#include "proto/wire/streams.h"

namespace footfall::edge::testing {
namespace {

std::string name_of(const schema::Entity& entity) {
  if (entity.has_link()) return "link" + std::to_string(entity.link().id());
  if (entity.has_campaign()) return "campaign" + std::to_string(entity.campaign().id());
  if (entity.has_key()) return "key" + std::to_string(entity.key().id());
  return "secrets";
}
bool is_deleted(const schema::Entity& entity) {
  return (entity.has_link() && entity.link().deleted()) || (entity.has_campaign() && entity.campaign().deleted()) ||
         (entity.has_key() && entity.key().deleted());
}
std::uint64_t number_after(std::string_view query, std::string_view name) {
  const std::size_t at = query.find(name);
  return at == std::string_view::npos ? 0 : std::stoull(std::string(query.substr(at + name.size())));
}

}  // namespace

schema::DirectoryChange Books::change(const schema::Entity& entity) {
  schema::DirectoryChange change;
  change.set_version(++version_);
  *change.mutable_entity() = entity;
  change.set_committed_us(static_cast<std::uint64_t>(system_clock().wall_us()));
  if (is_deleted(entity)) {
    entities_.erase(name_of(entity));
  } else {
    entities_[name_of(entity)] = entity;
  }
  log_[version_] = change;
  return change;
}

std::vector<schema::Entity> Books::entities() const {
  std::vector<schema::Entity> all;
  for (const auto& [name, entity] : entities_) all.push_back(entity);
  return all;
}

schema::DirectoryPage Books::changes_after(std::uint64_t epoch, std::uint64_t version, int max) const {
  schema::DirectoryPage page;
  page.set_epoch(epoch_);
  page.set_version(version_);
  page.set_complete(epoch == epoch_ && version <= version_ && (version == version_ || log_.contains(version + 1)));
  for (std::uint64_t v = version + 1; page.complete() && v <= version_ && page.changes_size() < max; ++v) {
    *page.add_changes() = log_.at(v);
  }
  return page;
}

Publisher::Publisher(std::uint16_t redis_port) {
  redis::Options options;
  options.port = redis_port;
  options.retry_ms = 0;
  redis_ = redis::make_client(options);
}

void Publisher::run(const redis::Arguments& arguments) {
  auto reply = redis_->command(arguments);
  if (!reply) reply = redis_->command(arguments);  // the connection of before a restart
  if (!reply || reply->is_error()) {
    throw std::runtime_error(std::string(arguments[0]) + ": " + (reply ? reply->text : reply.error().message));
  }
}

void Publisher::add_to_stream(std::uint64_t epoch, const schema::DirectoryChange& change) {
  const std::string id = wire::EntryId{epoch, change.version()}.text();
  run({"XADD", wire::kDirectoryChangesKey, id, wire::kChangeField, change.SerializeAsString()});
}

void Publisher::set_head(std::uint64_t epoch, std::uint64_t version) {
  run({"HSET", wire::kDirectoryHeadKey, "epoch", std::to_string(epoch), "version", std::to_string(version)});
}

void Publisher::beat() { run({"HSET", wire::kDirectoryHeadKey, "checked_us", std::to_string(++beat_)}); }

void Publisher::change(const schema::Entity& entity) {
  const schema::DirectoryChange change = books.change(entity);
  add_to_stream(books.epoch(), change);
  set_head(books.epoch(), books.version());
}

void Publisher::change_in_books_only(const schema::Entity& entity) { books.change(entity); }

void Publisher::write_snapshot(std::size_t chunk_entities) {
  const std::vector<schema::Entity> all = books.entities();
  std::uint64_t chunks = 0;
  for (std::size_t at = 0; at < all.size(); at += chunk_entities, ++chunks) {
    schema::DirectoryChunk chunk;
    for (std::size_t i = at; i < std::min(all.size(), at + chunk_entities); ++i) *chunk.add_entities() = all[i];
    run({"SET", wire::directory_snapshot_key(books.epoch(), books.version(), chunks), chunk.SerializeAsString()});
  }
  const std::string version = std::to_string(books.version());
  run({"HSET", wire::kDirectoryHeadKey, "epoch", std::to_string(books.epoch()), "version", version, "snapshot_version",
       version, "snapshot_chunks", std::to_string(chunks)});
}

void Publisher::write_salts() { run({"SET", wire::kDirectorySaltsKey, books.salts.SerializeAsString()}); }

void Publisher::republish_under_new_epoch() {
  books.new_epoch();
  write_snapshot();
}

StubCore::StubCore() {
  http::ServerOptions options;
  options.address = "127.0.0.1";
  auto server = http::HttpServer::listen(options, *this, system_clock(), metrics_);
  if (!server) throw std::runtime_error(server.error().message);
  server_ = std::move(*server);
  thread_ = std::jthread([this] { server_->run(); });
}

StubCore::~StubCore() {
  server_->stop();
  thread_.join();
}

void StubCore::serve(const Books& books) {
  const std::lock_guard lock(mutex_);
  books_ = std::make_unique<Books>(books);
}

void StubCore::stop_serving() {
  const std::lock_guard lock(mutex_);
  books_.reset();
}

void StubCore::handle(const http::Request& request, http::Responder& responder) {
  ++requests_;
  const std::lock_guard lock(mutex_);
  if (books_ == nullptr) {
    responder.send({.status = 503, .content_type = "text/plain", .extra_fields = {}, .body = "away"});
    return;
  }
  schema::DirectoryPage page;
  if (request.path == "/internal/directory/changes") {
    page = books_->changes_after(number_after(request.query, "epoch="), number_after(request.query, "after="), 3);
  } else if (request.path == "/internal/directory/snapshot") {
    const std::vector<schema::Entity> all = books_->entities();
    const std::size_t from = number_after(request.query, "after=");
    const std::size_t to = std::min(all.size(), from + 3);
    for (std::size_t i = from; i < to; ++i) *page.add_entities() = all[i];
    page.set_epoch(books_->epoch());
    page.set_version(books_->version());
    page.set_complete(to == all.size());
    if (!page.complete()) page.set_next(std::to_string(to));
  }
  const bool asks_for_salts = request.path == "/internal/directory/salts";
  const std::string body = asks_for_salts ? books_->salts.SerializeAsString() : page.SerializeAsString();
  responder.send({.status = 200, .content_type = "application/octet-stream", .extra_fields = {}, .body = body});
}

}  // namespace footfall::edge::testing
