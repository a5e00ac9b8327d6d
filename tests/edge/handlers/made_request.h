// A request made from a few words, at a time that is always the same.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto/http/message.h"

namespace footfall::edge {

inline constexpr std::int64_t kNowUs = 1'800'000'000'000'000;
inline constexpr std::int64_t kNowS = kNowUs / 1'000'000;

// Owns its text.
class MadeRequest {
 public:
  MadeRequest(http::Method method, std::string host, std::string target, std::string body = {})
      : host_(std::move(host)), target_(std::move(target)), body_(std::move(body)) {
    request_.method = method;
    request_.peer = http::parse_address("127.0.0.1");
    request_.received_us = kNowUs;
  }
  MadeRequest& with(std::string name, std::string value) {
    texts_.push_back({std::move(name), std::move(value)});
    return *this;
  }
  MadeRequest& from(std::string_view address) {
    request_.peer = http::parse_address(address);
    return *this;
  }
  MadeRequest& encrypted() {
    request_.is_encrypted = true;
    return *this;
  }
  MadeRequest& at(std::int64_t received_us) {
    request_.received_us = received_us;
    return *this;
  }
  const http::Request& get() {
    fields_.clear();
    for (const auto& [name, value] : texts_) fields_.push_back({name, value});
    request_.fields = fields_;
    request_.target = target_;
    const std::string_view target = target_;
    const std::size_t mark = target.find('?');
    request_.path = target.substr(0, mark);
    request_.query = mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
    request_.host = host_;
    request_.host_header = host_;
    request_.body = body_;
    return request_;
  }

 private:
  http::Request request_;
  std::string host_, target_, body_;
  std::deque<std::pair<std::string, std::string>> texts_;
  std::vector<http::Field> fields_;
};

}  // namespace footfall::edge
