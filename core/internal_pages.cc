#include "core/internal_pages.h"

#include "core/publish/pages.h"
#include "proto/base/clock.h"
#include "proto/base/logging.h"

namespace footfall::core {
namespace {

constexpr std::string_view kTextType = "text/plain; charset=utf-8";
constexpr std::string_view kNoStore = "Cache-Control: no-store\r\n";
constexpr std::string_view kComeBack = "Cache-Control: no-store\r\nRetry-After: 1\r\n";

http::Response page(int status, std::string_view type, std::string_view body, std::string_view fields = kNoStore) {
  return {.status = status, .content_type = type, .extra_fields = fields, .body = body};
}

}  // namespace

InternalPages::InternalPages(const std::string& postgres_url, http::TrustedProxies trusted)
    : trusted_(std::move(trusted)),
      database_(postgres_url, "footfall-core internal"),
      worker_("internal", [this](std::stop_token stop) { work(stop); }) {}

void InternalPages::handle(const http::Request& request, http::Responder& responder) {
  const bool known = request.path == kChangesPath || request.path == kSnapshotPath || request.path == kSaltsPath;
  const bool trusted = request.peer.is_loopback() || trusted_.contains(request.peer);
  // An edge asks for itself. What it forwards for a client carries the client's address, and has no business here.
  if (!known || !trusted || request.has_field("X-Forwarded-For")) {
    return responder.send(page(404, kTextType, "not found\n"));
  }
  if (request.method != http::Method::get) {
    return responder.send(page(405, kTextType, "method not allowed\n", "Allow: GET\r\n"));
  }
  const MutexLock lock(mutex_);
  if (waiting_.size() >= kWaitingMax) return responder.send(page(503, kTextType, "busy\n", kComeBack));
  waiting_.push_back({std::string(request.path), std::string(request.query), responder.defer()});
  arrived_.notify_one();
}

void InternalPages::work(const std::stop_token& stop) {
  MutexLock lock(mutex_);
  while (arrived_.wait(lock, stop, [this] {
    mutex_.assert_held();
    return !waiting_.empty();
  })) {
    Asked asked = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    answer(asked);
    lock.lock();
  }
}

void InternalPages::answer(const Asked& asked) {
  auto answer = asked.answer;
  const auto body = directory_page(database_, asked.path, asked.query, system_clock().wall_us());
  if (body) return answer.send(page(200, "application/octet-stream", *body));
  if (body.error().kind == ErrorKind::invalid) return answer.send(page(400, kTextType, body.error().message + "\n"));
  log_warn_limited("core.internal.failed", {{"path", asked.path}, {"reason", body.error().message}});
  answer.send(page(503, kTextType, "the database is away\n", kComeBack));
}

}  // namespace footfall::core
