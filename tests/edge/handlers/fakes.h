// Stand-ins for what the handlers use: a directory of a few entries, a log that decides when told to, and a
// responder that remembers.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "edge/directory/directory.h"
#include "edge/log/click_log.h"
#include "proto/base/bytes.h"
#include "proto/base/clock.h"
#include "proto/http/handler.h"
#include "tests/edge/handlers/made_request.h"

namespace footfall::edge {

class HeldClock : public Clock {
 public:
  std::int64_t wall_us() const override { return now_us; }
  std::int64_t steady_us() const override { return now_us; }
  void sleep_us(std::int64_t) const override {}
  std::int64_t now_us = kNowUs;
};

class FakeDirectory : public DirectoryReader {
 public:
  std::optional<LinkView> find_link(std::string_view host, std::string_view code) const override {
    const auto found = links.find(std::string(host) + "/" + to_lower_ascii(code));
    return found == links.end() ? std::nullopt : std::optional(found->second);
  }
  std::optional<CampaignView> find_campaign(wire::CampaignId id) const override {
    const auto found = campaigns.find(id.value);
    return found == campaigns.end() ? std::nullopt : std::optional(found->second);
  }
  std::optional<KeyView> find_key(const Digest256& hash) const override {
    const auto found = keys.find(hash);
    return found == keys.end() ? std::nullopt : std::optional(found->second);
  }
  SecretsView secrets() const override { return shared_secrets; }
  bool loaded() const override { return is_loaded; }
  void pin(unsigned) const override { ++pins; }
  void unpin(unsigned) const override { --pins; }

  std::map<std::string, LinkView> links;  // host/code
  std::map<std::uint64_t, CampaignView> campaigns;
  std::map<Digest256, KeyView> keys;
  static VisitorSalts salts() {  // of the days around kNowUs
    VisitorSalts salts;
    for (std::int64_t day = wire::utc_day(kNowUs) - 1; day <= wire::utc_day(kNowUs) + 1; ++day) {
      salts.add({day, {7, static_cast<std::uint8_t>(day)}});
    }
    return salts;
  }
  SecretsView shared_secrets{{1, 2, 3}, {4, 5, 6}, salts()};
  bool is_loaded = true;
  mutable int pins = 0;
};

class FakeLog : public ClickLog {
 public:
  bool accepts() const noexcept override { return is_accepting; }
  bool accepts_from(unsigned) const noexcept override { return is_accepting; }
  void hand_over(unsigned, OpenBatch&& batch) override { handed_over.push_back(std::move(batch)); }
  void submit(unsigned, OpenBatch&& batch) override { submitted.push_back(std::move(batch)); }
  OpenBatch take_empty(unsigned) override { return {}; }
  std::uint64_t head() const noexcept override { return 0; }

  bool is_accepting = true;
  std::vector<OpenBatch> submitted, handed_over;
};

struct Answer {
  int status = 0;
  std::string type;
  std::string fields;
  std::string body;

  explicit Answer(const http::Response& response)
      : status(response.status), type(response.content_type), fields(response.extra_fields), body(response.body) {}

  // The one field of that name, or nothing.
  std::optional<std::string> field(std::string_view name) const {
    std::optional<std::string> value;
    std::string_view rest = fields;
    while (!rest.empty()) {
      const std::size_t end = rest.find("\r\n");
      const std::string_view line = rest.substr(0, end);
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 2);
      const std::size_t colon = line.find(": ");
      if (equal_ignoring_case(line.substr(0, colon), name)) value = std::string(line.substr(colon + 2));
    }
    return value;
  }
  std::string location() const { return field("location").value_or(""); }
  bool has_cors() const { return field("access-control-allow-origin") == "*"; }
};

class RememberingResponder : public http::Responder {
 public:
  void send(const http::Response& response) override { sent.emplace_back(response); }
  void send_when_released(std::uint64_t ticket, const http::Response& safe, const http::Response& otherwise) override {
    owed.push_back({ticket, Answer(safe), Answer(otherwise)});
  }
  http::DeferredAnswer defer() override { return {}; }

  struct Owed {
    std::uint64_t ticket;
    Answer safe;
    Answer otherwise;
  };
  std::vector<Answer> sent;
  std::vector<Owed> owed;
};

}  // namespace footfall::edge
