// Tells programs from people by their user agent. A CrawlerList is compiled once and shared; an AgentCache belongs to
// one thread and remembers verdicts, for a few thousand agents make up nearly all traffic.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "proto/base/crypto.h"
#include "proto/base/result.h"

namespace footfall::core {

// The list that travels inside the program (crawlers.txt, whose head explains the format).
std::string_view built_in_crawlers();

// Thread-safe after construction.
class CrawlerList {
 public:
  // Headings and RE2 expressions as in crawlers.txt. Lines above the first heading belong to [names].
  static Result<std::unique_ptr<CrawlerList>> compile(std::string_view lines);
  // The built-in list and, in the same format, the lines of `path` (empty: none).
  static Result<std::unique_ptr<CrawlerList>> load(const std::string& path);
  ~CrawlerList();

  bool matches(std::string_view user_agent) const;
  const std::string& text() const { return text_; }  // the lines that it was made of

 private:
  std::string text_;
  struct Implementation;
  CrawlerList(std::unique_ptr<Implementation> implementation, std::string text);
  std::unique_ptr<Implementation> implementation_;
};

// Agents are chosen by strangers. The whole text is the key, so that no agent can get another one's verdict, and its
// hash is keyed. When it is full it starts anew.
class AgentCache {
 public:
  static constexpr std::size_t kBytesMax = 8 << 20;  // of the agents' texts and the map's nodes, about

  explicit AgentCache(const CrawlerList& list) : list_(&list) {}
  bool is_crawler(std::string_view user_agent);
  std::size_t bytes() const { return bytes_; }

 private:
  const CrawlerList* list_;
  std::size_t bytes_ = 0;
  std::unordered_map<std::string, bool, KeyedHash, std::equal_to<>> verdicts_;
};

}  // namespace footfall::core
