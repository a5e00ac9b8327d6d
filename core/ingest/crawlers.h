// Tells programs from people by their user agent. What convicts an agent is the public list of the npm package
// crawler-user-agents, in place of which an operator may set another, and lines of our own with those of the operator.
// A CrawlerList is compiled once and shared; an AgentCache belongs to one thread and remembers verdicts, for a few
// thousand agents make up nearly all traffic.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "proto/base/crypto.h"
#include "proto/base/result.h"

namespace footfall::core {

// What travels inside the program: the public list (crawler_list.txt, one expression a line), and our own lines with
// exceptions for both (crawlers.txt, whose head explains the format).
std::string_view built_in_crawler_list();
std::string_view built_in_crawlers();

struct CrawlerFiles {
  std::string list;   // in place of the built-in public list; empty: that one
  std::string lines;  // beside our own lines, in the same format; empty: none
};

// Thread-safe after construction.
class CrawlerList {
 public:
  // Headings and RE2 expressions as in crawlers.txt. Lines above the first heading belong to [names]. `list`: RE2
  // expressions against whole agents, one a line.
  static Result<std::unique_ptr<CrawlerList>> compile(std::string_view lines, std::string_view list = {});
  // Errors: invalid, with file and line.
  static Result<std::unique_ptr<CrawlerList>> load(const CrawlerFiles& files);
  ~CrawlerList();

  bool matches(std::string_view user_agent) const;
  const std::string& text() const { return text_; }  // all that it was made of

 private:
  std::string text_;
  struct Implementation;
  struct Source {
    std::string_view lines;
    std::string_view name;
    bool is_list = false;
  };
  static Result<std::unique_ptr<CrawlerList>> make(std::initializer_list<Source> sources);
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
