// A line of the list belongs to the section under whose heading it stands. Each section is a pair of RE2 sets: lines
// that convict a piece of text and lines that except it. An agent is a crawler's when a piece of it is convicted and
// not excepted in the same section; so an exception never covers what a crawler says of itself in another place. The
// public list is the convicting set of [list], whose exceptions are ours.
#include "core/ingest/crawlers.h"

#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

#include "core/ingest/user_agent.h"
#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kMatcherBytesMax = 64 << 20;
constexpr std::string_view kListKey = "ingest.crawler_list";
constexpr std::string_view kLinesKey = "ingest.crawlers_file";
constexpr std::size_t kNodeBytes = 96;  // what an entry of the cache takes beside its text, about

RE2::Options options(bool is_case_sensitive) {
  RE2::Options options;
  options.set_case_sensitive(is_case_sensitive);
  options.set_encoding(RE2::Options::EncodingLatin1);  // an agent is bytes
  options.set_log_errors(false);
  options.set_never_capture(true);
  options.set_max_mem(kMatcherBytesMax);
  return options;
}

struct Section {
  explicit Section(std::string_view name, bool is_case_sensitive = false)
      : heading(name),
        convicting(options(is_case_sensitive), RE2::UNANCHORED),
        excepting(options(is_case_sensitive), RE2::UNANCHORED) {}
  std::string_view heading;
  RE2::Set convicting;
  RE2::Set excepting;

  bool matches(std::string_view text) const {
    const re2::StringPiece piece(text.data(), text.size());
    return convicting.Match(piece, nullptr) && !excepting.Match(piece, nullptr);
  }
};

std::string_view take_line(std::string_view& lines) {
  const auto end = lines.find('\n');
  auto line = lines.substr(0, end);
  lines = end == std::string_view::npos ? std::string_view() : lines.substr(end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

Result<std::string> read_lines(const std::string& path, std::string_view key) {
  if (path.empty()) return std::string();
  std::ifstream file(path);
  if (!file) return invalid(std::string(key) + ": cannot read " + path);
  std::ostringstream lines;
  lines << file.rdbuf();
  return lines.str();
}

}  // namespace

struct CrawlerList::Implementation {
  Section devices{"[devices]"}, engines{"[engines]"}, everywhere{"[everywhere]"}, names{"[names]"},
      programs{"[programs]"}, agents{"[agents]"}, list{"[list]", true};

  std::array<Section*, 7> sections() { return {&devices, &engines, &everywhere, &names, &programs, &agents, &list}; }
  Result<void> add(std::string_view lines, std::string_view source, Section& first);
  Result<void> finish();
};

CrawlerList::CrawlerList(std::unique_ptr<Implementation> implementation, std::string text)
    : text_(std::move(text)), implementation_(std::move(implementation)) {}
CrawlerList::~CrawlerList() = default;

// `first`: what the lines above the first heading belong to. A public list has no headings.
Result<void> CrawlerList::Implementation::add(std::string_view lines, std::string_view source, Section& first) {
  Section* section = &first;
  for (std::size_t number = 1; !lines.empty(); ++number) {
    auto line = take_line(lines);
    if (line.empty() || line.starts_with('#')) continue;
    const auto all = sections();
    const auto headed = std::ranges::find(all, line, &Section::heading);
    if (headed != all.end()) {
      section = *headed;
      continue;
    }
    const bool excepting = line.starts_with('!');
    if (excepting) line.remove_prefix(1);
    std::string problem;
    auto& set = excepting ? section->excepting : section->convicting;
    if (set.Add({line.data(), line.size()}, &problem) < 0) {
      return invalid(std::string(source) + ", line " + std::to_string(number) + ": " + problem);
    }
  }
  return {};
}

Result<void> CrawlerList::Implementation::finish() {
  for (auto* section : sections()) {
    if (!section->convicting.Compile() || !section->excepting.Compile()) {
      return invalid("crawler list: " + std::string(section->heading) + " is too large to compile");
    }
  }
  return {};
}

Result<std::unique_ptr<CrawlerList>> CrawlerList::compile(std::string_view lines, std::string_view list) {
  return make({{lines, "crawlers", false}, {list, "crawler list", true}});
}

Result<std::unique_ptr<CrawlerList>> CrawlerList::make(std::initializer_list<Source> sources) {
  auto made = std::make_unique<Implementation>();
  std::string text;
  for (const Source& source : sources) {
    auto added = made->add(source.lines, source.name, source.is_list ? made->list : made->names);
    if (!added) return Failure(added.error());
    text.append(source.lines).push_back('\n');
  }
  if (auto finished = made->finish(); !finished) return Failure(finished.error());
  return std::unique_ptr<CrawlerList>(new CrawlerList(std::move(made), std::move(text)));
}

Result<std::unique_ptr<CrawlerList>> CrawlerList::load(const CrawlerFiles& files) {
  auto list = read_lines(files.list, kListKey);
  if (!list) return Failure(list.error());
  auto lines = read_lines(files.lines, kLinesKey);
  if (!lines) return Failure(lines.error());
  const std::string_view public_list = files.list.empty() ? built_in_crawler_list() : std::string_view(*list);
  return make({{public_list, files.list.empty() ? "built-in crawler list" : kListKey, true},
               {built_in_crawlers(), "built-in crawlers", false},
               {*lines, kLinesKey, false}});
}

bool CrawlerList::matches(std::string_view user_agent) const {
  const auto& lists = *implementation_;
  if (lists.agents.matches(user_agent) || lists.list.matches(user_agent)) return true;
  const bool browser = lists.engines.matches(user_agent);
  const auto pieces =
      agent_pieces(user_agent, [&lists](std::string_view comment) { return lists.devices.matches(comment); });
  for (const auto& piece : pieces) {
    if (lists.everywhere.matches(piece.text)) return true;
    if (piece.kind == AgentPiece::Kind::foreign) continue;
    if (lists.names.matches(piece.text)) return true;
    if (!browser && lists.programs.matches(piece.text)) return true;
  }
  return false;
}

bool AgentCache::is_crawler(std::string_view user_agent) {
  if (const auto known = verdicts_.find(user_agent); known != verdicts_.end()) return known->second;
  const auto bytes = user_agent.size() + kNodeBytes;
  if (bytes_ + bytes > kBytesMax) {
    verdicts_.clear();
    bytes_ = 0;
  }
  const bool verdict = list_->matches(user_agent);
  verdicts_.emplace(user_agent, verdict);
  bytes_ += bytes;
  return verdict;
}

}  // namespace footfall::core
