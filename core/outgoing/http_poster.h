// Sends requests to servers elsewhere, POST or GET, many at a time, on the thread that calls it; the only door to
// libcurl. It goes to no address that is not public unless that is allowed, follows no redirect, uses no proxy, and
// reads at most 64 KiB of an answer.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/outgoing/host_lookups.h"
#include "proto/base/result.h"

namespace footfall::core {

struct PosterOptions {
  std::int64_t timeout_ms = 15'000;  // of a whole attempt
  std::int64_t connect_ms = 5'000;
  std::size_t at_once_max = 128;
  bool allow_private_receivers = false;
  std::string ca_file;  // empty: the system's certificates
  // Where names are looked up, for at most connect_ms. None: by libcurl, which may block the calling thread beyond the
  // timeout when the resolver does not answer.
  std::shared_ptr<HostLookups> lookups = {};
};

struct PostRequest {
  std::int64_t tag = 0;  // comes back with the answer
  std::string url;       // http:// or https://
  std::vector<std::string> fields;
  std::string body;
  bool keep_answer = false;  // the answer's body is wanted
  bool is_get = false;       // a GET, which has no body
  std::uint64_t owner = 0;   // whose look-ups of names share a bound
};
struct PostAnswer {
  std::int64_t tag = 0;
  int status = 0;          // of HTTP; 0: no answer came
  std::string_view error;  // when no answer came: address, resolve, connect, tls, timeout, closed, other
  std::optional<std::int64_t> retry_after_s;
  std::int64_t duration_us = 0;
  std::string body;  // where it was to be kept; what goes beyond the bound is cut off
};

// One thread.
class HttpPoster {
 public:
  explicit HttpPoster(const PosterOptions& options);
  ~HttpPoster();
  HttpPoster(const HttpPoster&) = delete;
  HttpPoster& operator=(const HttpPoster&) = delete;

  std::size_t under_way() const;
  // There must be room: under_way() below at_once_max.
  void start(PostRequest request);
  // Works on what is under way for at most `wait_us`, less when something comes to its end; answers what did.
  std::vector<PostAnswer> work(std::int64_t wait_us);
  // Breaks off everything under way; answers the tags.
  std::vector<std::int64_t> break_off();

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

// One request on a connection of its own; the calling thread waits for the answer, at most options.timeout_ms.
PostAnswer post_and_wait(const PosterOptions& options, PostRequest request);

}  // namespace footfall::core
