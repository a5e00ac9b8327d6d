// The rules by which core judges a click: the list of crawlers and the networks that do not count.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/rejudgement.h"
#include "core/ingest/crawlers.h"
#include "core/ingest/networks.h"

namespace footfall::core {

struct RuleSources {  // where the rules come from
  CrawlerFiles crawlers;
  NetworkSources networks;
};

// Thread-safe after it was made.
class ClickRules {
 public:
  static Result<std::unique_ptr<ClickRules>> load(const RuleSources& sources);

  const CrawlerList& crawlers() const { return *crawlers_; }
  const NetworkList& networks() const { return networks_; }
  // 32 bytes, a SHA-256 of all that a verdict depends on.
  const std::string& digest() const { return digest_; }

 private:
  ClickRules() = default;
  std::unique_ptr<CrawlerList> crawlers_;
  NetworkList networks_;
  std::string digest_;
};

// Judges clicks on one thread. The rules must outlive it.
class ClickJudge {
 public:
  explicit ClickJudge(const ClickRules& rules) : rules_(&rules), agents_(rules.crawlers()) {}
  // `address`: 4 or 16 bytes. What is empty, or too short to be sure, convicts nobody and is not decided.
  Ruling judge(std::string_view user_agent, std::string_view address);

 private:
  const ClickRules* rules_;
  AgentCache agents_;
};

}  // namespace footfall::core
