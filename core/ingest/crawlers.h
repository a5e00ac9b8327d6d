// Tells programs from people by their user agent. A CrawlerList is compiled once and shared; an AgentCache belongs to
// one thread and remembers verdicts, for a few thousand agents make up nearly all traffic.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "proto/base/result.h"

namespace footfall::core {

// The list that travels inside the program (crawlers.txt).
std::string_view built_in_crawlers();

// Thread-safe after construction.
class CrawlerList {
 public:
  // One RE2 expression a line, case-insensitive; "!" before it: a browser, which wins; "#": a comment.
  static Result<std::unique_ptr<CrawlerList>> compile(std::string_view lines);
  // The built-in list and the lines of `path` (empty: none).
  static Result<std::unique_ptr<CrawlerList>> load(const std::string& path);
  ~CrawlerList();

  bool matches(std::string_view user_agent) const;

 private:
  struct Implementation;
  explicit CrawlerList(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

class AgentCache {
 public:
  explicit AgentCache(const CrawlerList& list) : list_(&list) {}
  bool is_crawler(std::string_view user_agent);

 private:
  static constexpr std::size_t kAgentsMax = 65'536;  // then it starts anew
  const CrawlerList* list_;
  std::unordered_map<std::uint64_t, bool> verdicts_;
};

}  // namespace footfall::core
