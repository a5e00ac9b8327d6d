// Every page stands ready with its header lines. To find one is to look up whether the host has pages of its
// own, and to compare a handful of languages: only visitors who are not sent on pay for that.
#include "edge/pages/pages.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>

#include "edge/pages/page_texts.h"
#include "proto/base/bytes.h"

namespace footfall::edge {
namespace {

constexpr int kOther = 400;
constexpr int kOtherOfOurs = 503;
constexpr std::size_t kRangesMax = 20;
constexpr std::size_t kHostsMax = 1'000;
constexpr std::string_view kDefaultHost = "default";
constexpr std::string_view kEnding = ".html";

bool is_page_status(int status) {
  return std::ranges::any_of(page_texts(), [status](const PageTexts& texts) { return texts.status == status; });
}

std::string fields_of(std::string_view language, bool varies) {
  std::string fields(kPageFields);
  if (!language.empty()) fields.append("Content-Language: ").append(language).append("\r\n");
  if (varies) fields += "Vary: Accept-Language\r\n";
  return fields;
}

// Thousandths of "0.8", "1", "1.000"; 0 of what is none.
int quality_of(std::string_view text) {
  if (text.empty() || (text[0] != '0' && text[0] != '1')) return 0;
  if (text[0] == '1') return 1'000;
  int quality = 0, unit = 100;
  for (const char c : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (c < '0' || c > '9') break;
    quality += (c - '0') * unit;
    unit /= 10;
  }
  return quality;
}

struct LanguageRange {
  std::string_view language;
  int quality = 1'000;
};

// "de-AT;q=0.8" → de, 800
LanguageRange parse_range(std::string_view text) {
  LanguageRange range;
  const std::size_t semicolon = std::min(text.find(';'), text.size());
  range.language = trim(text.substr(0, semicolon));
  range.language = range.language.substr(0, range.language.find('-'));
  const std::size_t q = text.find("q=", semicolon);
  if (q != std::string_view::npos) range.quality = quality_of(trim(text.substr(q + 2)));
  return range;
}

bool is_language(std::string_view text) {
  return text.size() >= 2 && text.size() <= 3 && std::ranges::all_of(text, [](char c) { return c >= 'a' && c <= 'z'; });
}

Failure not_a_page(const std::string& path, std::string_view why) { return invalid(path + ": " + std::string(why)); }

}  // namespace

std::size_t preferred_language(std::string_view accepted, const std::vector<std::string_view>& known) {
  std::size_t best = std::string_view::npos;
  int best_quality = 0;
  for (std::size_t count = 0; !accepted.empty() && count < kRangesMax; ++count) {
    const std::size_t comma = std::min(accepted.find(','), accepted.size());
    const LanguageRange range = parse_range(accepted.substr(0, comma));
    accepted.remove_prefix(std::min(comma + 1, accepted.size()));
    if (range.quality <= best_quality) continue;
    const auto found =
        std::ranges::find_if(known, [&](std::string_view one) { return equal_ignoring_case(one, range.language); });
    if (found == known.end()) continue;
    best = static_cast<std::size_t>(found - known.begin());
    best_quality = range.quality;
  }
  return best;
}

Pages::Pages() {
  for (const PageTexts& texts : page_texts()) {
    for (std::size_t at = 0; at < kPageLanguages.size(); ++at) {
      const std::string_view language = kPageLanguages.at(at);
      const auto& [title, text] = texts.words.at(at);
      ours_[texts.status].push_back({std::string(language),
                                     write_page(language, title, "<p>" + std::string(text) + "</p>"),
                                     fields_of(language, true)});
    }
  }
}

Result<Pages> Pages::load(const std::string& folder) {
  Pages pages;
  if (folder.empty()) return pages;
  std::error_code error;
  std::filesystem::directory_iterator hosts(folder, error);
  if (error) return not_a_page(folder, "this folder of pages cannot be read: " + error.message());
  for (const auto& entry : hosts) {
    const std::string host = entry.path().filename().string();
    if (host.starts_with('.')) continue;
    if (!entry.is_directory(error))
      return not_a_page(entry.path().string(), "here are only folders, one for each host");
    if (pages.own_.size() == kHostsMax) return not_a_page(folder, "there are pages of more than 1,000 hosts");
    if (auto added = pages.add_host(entry.path().string(), to_lower_ascii(host)); !added) return Failure(added.error());
  }
  return pages;
}

Result<void> Pages::add_host(const std::string& folder, const std::string& host) {
  std::error_code error;
  std::filesystem::directory_iterator files(folder, error);
  if (error) return not_a_page(folder, "this folder of pages cannot be read: " + error.message());
  for (const auto& entry : files) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with('.')) continue;
    if (auto added = add_file(entry.path().string(), host, name); !added) return added;
  }
  for (auto& [status, choice] : own_[host]) {
    std::ranges::sort(choice, {}, &Written::language);  // the one for everybody else first
    for (Written& page : choice) page.fields = fields_of(page.language, choice.size() > 1);
  }
  return {};
}

Result<void> Pages::add_file(const std::string& path, const std::string& host, std::string_view name) {
  int status = 0;
  const auto [end, failed] = std::from_chars(name.data(), name.data() + name.size(), status);
  std::string_view rest = name.substr(static_cast<std::size_t>(end - name.data()));
  const bool has_ending = rest.ends_with(kEnding);
  if (has_ending) rest.remove_suffix(kEnding.size());
  const std::string_view language = rest.starts_with('.') ? rest.substr(1) : std::string_view();
  const bool is_named_well =
      failed == std::errc{} && has_ending && is_page_status(status) && (rest.empty() || is_language(language));
  if (!is_named_well) {
    return not_a_page(path,
                      "a page is named {status}.html or {status}.{language}.html, such as 404.html or "
                      "404.de.html, with one of the statuses 400, 404, 405, 410, 421, 503");
  }
  if (status == 421 && host != kDefaultHost)
    return not_a_page(path, "421 is the page of unknown hosts: put it into default/");
  std::ifstream file(path, std::ios::binary);
  std::string body(kPageBytesMax + 1, '\0');
  file.read(body.data(), static_cast<std::streamsize>(body.size()));
  if (file.bad() || (file.gcount() == 0 && !file.eof())) return not_a_page(path, "this page cannot be read");
  body.resize(static_cast<std::size_t>(file.gcount()));
  if (body.empty() || body.size() > kPageBytesMax) return not_a_page(path, "a page has 1 byte to 48 KiB");
  bytes_ += body.size();
  if (bytes_ > kPagesBytesMax) return not_a_page(path, "all pages together have more than 16 MiB");
  own_[host][status].push_back({std::string(language), std::move(body), {}});
  return {};
}

Page Pages::choose(const Choice& choice, std::string_view languages) {
  std::vector<std::string_view> known;
  known.reserve(choice.size());
  for (const Written& page : choice) known.emplace_back(page.language);
  const std::size_t best = preferred_language(languages, known);
  const Written& page = choice[best == std::string_view::npos ? 0 : best];
  return {page.body, page.fields};
}

Page Pages::find(std::string_view host, int status, std::string_view languages) const {
  if (!is_page_status(status)) status = status < 500 ? kOther : kOtherOfOurs;
  for (const std::string_view name : {host, kDefaultHost}) {
    const auto own = own_.find(name);
    if (own == own_.end()) continue;
    if (const auto found = own->second.find(status); found != own->second.end())
      return choose(found->second, languages);
  }
  return choose(ours_.at(status), languages);
}

}  // namespace footfall::edge
