// append_answer() writes status line, Date, Content-Type, Content-Length, the handler's own fields, Connection and the
// body, in this order; status lines are constants. The pool keeps records of answers that were sent, up to a number and
// a size, so that a busy server allocates none. The held answers are a linked list through the records.
#include "proto/http/answer.h"

#include <charconv>

#include "proto/base/clock.h"
#include "proto/base/result.h"

namespace footfall::http {
namespace {

constexpr std::size_t kPendingBytesKept = 4 * 1024;
constexpr std::size_t kPendingKept = 4 * 1024;

std::string_view status_line(int status) {
  switch (status) {
#define FOOTFALL_STATUS(code, text) \
  case code:                        \
    return "HTTP/1.1 " #code " " text "\r\n"
    FOOTFALL_STATUS(200, "OK");
    FOOTFALL_STATUS(201, "Created");
    FOOTFALL_STATUS(202, "Accepted");
    FOOTFALL_STATUS(204, "No Content");
    FOOTFALL_STATUS(206, "Partial Content");
    FOOTFALL_STATUS(301, "Moved Permanently");
    FOOTFALL_STATUS(302, "Found");
    FOOTFALL_STATUS(303, "See Other");
    FOOTFALL_STATUS(304, "Not Modified");
    FOOTFALL_STATUS(307, "Temporary Redirect");
    FOOTFALL_STATUS(308, "Permanent Redirect");
    FOOTFALL_STATUS(400, "Bad Request");
    FOOTFALL_STATUS(401, "Unauthorized");
    FOOTFALL_STATUS(402, "Payment Required");
    FOOTFALL_STATUS(403, "Forbidden");
    FOOTFALL_STATUS(404, "Not Found");
    FOOTFALL_STATUS(405, "Method Not Allowed");
    FOOTFALL_STATUS(406, "Not Acceptable");
    FOOTFALL_STATUS(408, "Request Timeout");
    FOOTFALL_STATUS(409, "Conflict");
    FOOTFALL_STATUS(410, "Gone");
    FOOTFALL_STATUS(411, "Length Required");
    FOOTFALL_STATUS(412, "Precondition Failed");
    FOOTFALL_STATUS(413, "Content Too Large");
    FOOTFALL_STATUS(414, "URI Too Long");
    FOOTFALL_STATUS(415, "Unsupported Media Type");
    FOOTFALL_STATUS(416, "Range Not Satisfiable");
    FOOTFALL_STATUS(417, "Expectation Failed");
    FOOTFALL_STATUS(421, "Misdirected Request");
    FOOTFALL_STATUS(422, "Unprocessable Entity");
    FOOTFALL_STATUS(423, "Locked");
    FOOTFALL_STATUS(426, "Upgrade Required");
    FOOTFALL_STATUS(428, "Precondition Required");
    FOOTFALL_STATUS(429, "Too Many Requests");
    FOOTFALL_STATUS(431, "Request Header Fields Too Large");
    FOOTFALL_STATUS(500, "Internal Server Error");
    FOOTFALL_STATUS(501, "Not Implemented");
    FOOTFALL_STATUS(502, "Bad Gateway");
    FOOTFALL_STATUS(503, "Service Unavailable");
    FOOTFALL_STATUS(504, "Gateway Timeout");
    FOOTFALL_STATUS(505, "HTTP Version Not Supported");
#undef FOOTFALL_STATUS
    default:
      return {};
  }
}

void append_number(std::string& out, std::uint64_t number) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

}  // namespace

std::string_view DateLine::at(std::int64_t wall_us) {
  const std::int64_t second = wall_us / 1'000'000;
  if (second != second_) {
    second_ = second;
    line_ = "Date: " + http_date(wall_us) + "\r\n";
  }
  return line_;
}

void Responder::send_or_omit_when_released(std::uint64_t ticket, const Response& safe, const TextRange& omitted) {
  std::string fields(safe.extra_fields);
  fields.erase(omitted.at, omitted.bytes);
  Response otherwise = safe;
  otherwise.extra_fields = fields;
  send_when_released(ticket, safe, otherwise);
}

std::size_t append_answer(std::string& out, const Response& response, const AnswerForm& form,
                          std::string_view date_line) {
  const std::string_view line = status_line(response.status);
  if (line.empty()) {
    FOOTFALL_CHECK(response.status >= 200 && response.status <= 599);
    out += "HTTP/1.1 ";
    append_number(out, static_cast<std::uint64_t>(response.status));
    out += " Other\r\n";
  } else {
    out += line;
  }
  out += date_line;
  const bool bodiless = response.status == 204 || response.status == 304;
  if (!bodiless) {
    if (!response.content_type.empty()) {
      out += "Content-Type: ";
      out += response.content_type;
      out += "\r\n";
    }
    out += "Content-Length: ";
    const bool is_elsewhere = form.head_only && response.head_length >= 0;
    append_number(out, is_elsewhere ? static_cast<std::uint64_t>(response.head_length) : response.body.size());
    out += "\r\n";
  }
  const std::size_t extra_at = out.size();
  out += response.extra_fields;
  if (form.close) {
    out += "Connection: close\r\n";
  } else if (form.http_1_0) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
  if (!bodiless && !form.head_only) out += response.body;
  return extra_at;
}

PendingAnswerPool::~PendingAnswerPool() {
  while (free_ != nullptr) {
    PendingAnswer* next = free_->next;
    delete free_;
    free_ = next;
  }
}

PendingAnswer& PendingAnswerPool::take() {
  if (free_ == nullptr) return *new PendingAnswer;
  PendingAnswer& pending = *free_;
  free_ = pending.next;
  --free_count_;
  pending.next = nullptr;
  return pending;
}

void PendingAnswerPool::give_back(PendingAnswer& pending) {
  pending.handle.reset();
  if (free_count_ == kPendingKept || pending.bytes.capacity() > kPendingBytesKept ||
      pending.target.capacity() > kPendingBytesKept) {
    delete &pending;
    return;
  }
  pending.bytes.clear();
  pending.next = free_;
  free_ = &pending;
  ++free_count_;
}

void HeldAnswers::push(PendingAnswer& pending) {
  FOOTFALL_CHECK(last_ == nullptr || last_->ticket <= pending.ticket);
  pending.held_previous = last_;
  pending.held_next = nullptr;
  (last_ == nullptr ? first_ : last_->held_next) = &pending;
  last_ = &pending;
}

void HeldAnswers::remove(PendingAnswer& pending) {
  (pending.held_previous == nullptr ? first_ : pending.held_previous->held_next) = pending.held_next;
  (pending.held_next == nullptr ? last_ : pending.held_next->held_previous) = pending.held_previous;
  pending.held_previous = pending.held_next = nullptr;
}

}  // namespace footfall::http
