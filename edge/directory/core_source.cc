// Core serves the directory over HTTP: the whole as pages that name the next one, and the changes after a position. The
// first page of a full load says which position the whole has at least; later pages may name a higher one, which is
// then promised.
#include <utility>

#include "edge/directory/source.h"
#include "proto/base/bytes.h"
#include "proto/http/client.h"

namespace footfall::edge {
namespace {

Failure unusable(std::string what) { return unavailable(ErrorSource::partner, std::move(what)); }

class HttpOrigin : public DirectoryOrigin {
 public:
  HttpOrigin(const std::string& host, std::uint16_t port) : host_field_(host + ":" + std::to_string(port)) {
    options_.host = host;
    options_.port = port;
    options_.connections_max = 1;
    options_.connect_ms = 300;
    options_.answer_ms = 3'000;
    options_.body_bytes_max = 16 << 20;
  }

  Result<std::string> get(const std::string& target) override {
    http::ClientRequest request;
    request.target = target;
    request.host = host_field_;
    Result<http::ClientResponse> answer = http::fetch(options_, request);
    if (!answer) return std::unexpected(answer.error());
    if (answer->status != 200) return unusable("core answers " + std::to_string(answer->status) + " to " + target);
    return std::move(answer->body);
  }

 private:
  http::ClientOptions options_;
  std::string host_field_;
};

constexpr std::string_view kSnapshotPath = "/internal/directory/snapshot";
constexpr std::string_view kSaltsPath = "/internal/directory/salts";
constexpr std::string_view kChangesPath = "/internal/directory/changes";

}  // namespace

std::unique_ptr<DirectoryOrigin> make_http_origin(const std::string& host, std::uint16_t port) {
  return std::make_unique<HttpOrigin>(host, port);
}

Result<DirectoryPosition> CoreSource::begin_whole() {
  Result<std::string> page = origin_.get(std::string(kSnapshotPath));
  if (!page) return std::unexpected(page.error());
  DirectoryPageHead head;
  if (!decode_page_head(*page, head) || head.position.epoch == 0) return unusable("core's snapshot is malformed");
  page_ = std::move(*page);
  next_.clear();
  promised_ = head.position;
  return head.position;
}

Result<bool> CoreSource::take_piece(const EntitySink& sink) {
  if (page_.empty()) {
    if (next_.empty()) return false;
    Result<std::string> page = origin_.get(std::string(kSnapshotPath) + "?after=" + percent_encode(next_));
    if (!page) return std::unexpected(page.error());
    page_ = std::move(*page);
  }
  DirectoryPageHead head;
  if (!decode_page_entities(std::exchange(page_, {}), head, sink)) return unusable("core's snapshot is malformed");
  // A cursor that leads back to itself would never end.
  if (head.complete != head.next.empty() || (!head.next.empty() && head.next == next_)) {
    return unusable("core's snapshot breaks off");
  }
  if (head.position.epoch != promised_.epoch) return unusable("core began a new epoch meanwhile");
  promised_.version = std::max(promised_.version, head.position.version);
  next_ = head.next;
  return true;
}

Result<ChangesRead> CoreSource::read_changes(DirectoryPosition after, std::int64_t, const ChangeSink& sink) {
  const Result<std::string> page = origin_.get(std::string(kChangesPath) + "?epoch=" + std::to_string(after.epoch) +
                                               "&after=" + std::to_string(after.version));
  if (!page) return std::unexpected(page.error());
  DirectoryPageHead head;
  if (!decode_page_head(*page, head)) return unusable("core's changes are malformed");
  ChangesRead read;
  read.newest = head.position;
  switch (classify_page(after, head.position, head.complete)) {
    case PageAction::distrust:
      return unusable("core's changes name no epoch");
    case PageAction::reload:
      read.action = head.position.epoch != after.epoch ? ChangeAction::new_epoch : ChangeAction::gap;
      return read;
    case PageAction::current:
      return read;
    case PageAction::changes:
      break;
  }
  decode_page_changes(*page, head, [&](const DirectoryChangeView& change) {
    read.action = classify_change(after, head.position.epoch, change.version);
    if (read.action == ChangeAction::skip) return true;
    if (read.action != ChangeAction::apply || !sink(change)) return false;
    after.version = change.version;
    ++read.given;
    return true;
  });
  if (read.action == ChangeAction::skip) read.action = ChangeAction::apply;
  if (read.given == 0 && read.action == ChangeAction::apply) read.action = ChangeAction::gap;  // it said there are
  return read;
}

Result<VisitorSalts> CoreSource::read_salts() {
  const Result<std::string> answer = origin_.get(std::string(kSaltsPath));
  if (!answer) return std::unexpected(answer.error());
  const auto salts = decode_salts(*answer);
  if (!salts) return unusable("core's salts are malformed");
  return *salts;
}

}  // namespace footfall::edge
