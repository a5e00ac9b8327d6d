// What a ConnectionManager keeps of each connection, in the connection itself: its place in the manager's lists, and
// what decides whether it goes when the server is full.
#pragma once

#include <cstddef>
#include <cstdint>

#include "proto/http/timer_wheel.h"

namespace footfall::http {

class Connection;

struct ConnectionEntry : TimerNode {
  bool flush_queued = false;
  bool serve_queued = false;
  std::size_t accounted_bytes = 0;  // of its buffers, as last counted
  bool is_buffering = false;        // it is in the list of those that keep a buffer
  Connection* previous_buffering = nullptr;
  Connection* next_buffering = nullptr;
  Connection* previous_open = nullptr;
  Connection* next_open = nullptr;
  bool is_silent = true;             // nothing has ever come
  std::int64_t active_ms = 0;        // when something was last owed to its client, or its handshake went on
  std::uint64_t request_number = 0;  // of its last request, in the server
};

}  // namespace footfall::http
