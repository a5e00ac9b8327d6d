#include "core/ingest/crawlers.h"

#include <re2/re2.h>
#include <re2/set.h>

#include <fstream>
#include <sstream>
#include <vector>

#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kMatcherBytesMax = 64 << 20;

RE2::Options options() {
  RE2::Options options;
  options.set_case_sensitive(false);
  options.set_encoding(RE2::Options::EncodingLatin1);  // an agent is bytes
  options.set_log_errors(false);
  options.set_never_capture(true);
  options.set_max_mem(kMatcherBytesMax);
  return options;
}

}  // namespace

struct CrawlerList::Implementation {
  RE2::Set crawlers{options(), RE2::UNANCHORED};
  RE2::Set browsers{options(), RE2::UNANCHORED};
};

CrawlerList::CrawlerList(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}
CrawlerList::~CrawlerList() = default;

Result<std::unique_ptr<CrawlerList>> CrawlerList::compile(std::string_view lines) {
  auto made = std::make_unique<Implementation>();
  for (std::size_t number = 1; !lines.empty(); ++number) {
    const auto end = lines.find('\n');
    auto line = lines.substr(0, end);
    lines = end == std::string_view::npos ? std::string_view() : lines.substr(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    const bool browser = line.starts_with('!');
    if (browser) line.remove_prefix(1);
    std::string problem;
    if ((browser ? made->browsers : made->crawlers).Add({line.data(), line.size()}, &problem) < 0) {
      return invalid("crawler list, line " + std::to_string(number) + ": " + problem);
    }
  }
  if (!made->crawlers.Compile() || !made->browsers.Compile()) {
    return invalid("crawler list: too large to compile");
  }
  return std::unique_ptr<CrawlerList>(new CrawlerList(std::move(made)));
}

Result<std::unique_ptr<CrawlerList>> CrawlerList::load(const std::string& path) {
  std::string lines(built_in_crawlers());
  if (!path.empty()) {
    std::ifstream file(path);
    if (!file) return invalid("ingest.crawlers_file: cannot read " + path);
    std::ostringstream more;
    more << file.rdbuf();
    lines += "\n" + more.str();
  }
  return compile(lines);
}

bool CrawlerList::matches(std::string_view user_agent) const {
  const re2::StringPiece text(user_agent.data(), user_agent.size());
  return implementation_->crawlers.Match(text, nullptr) && !implementation_->browsers.Match(text, nullptr);
}

bool AgentCache::is_crawler(std::string_view user_agent) {
  const auto hash = std::hash<std::string_view>{}(user_agent);
  if (const auto known = verdicts_.find(hash); known != verdicts_.end()) return known->second;
  if (verdicts_.size() >= kAgentsMax) verdicts_.clear();
  const bool verdict = list_->matches(user_agent);
  verdicts_.emplace(hash, verdict);
  return verdict;
}

}  // namespace footfall::core
