// The pages that a visitor sees at a short link that leads nowhere, on a host that we do not serve, and where a page of
// core's should be and core is away: in the visitor's language where it is one of five, without anything to load. An
// operator may put own ones in their place. Never changed once it is made; any number of threads.
//
// A folder of own pages holds {host}/{status}.html and {host}/{status}.{language}.html, such as
// go.example.com/404.de.html; the folder "default" stands in for hosts without a page of their own. Statuses: 400
// (whatever else was refused), 404, 405, 410, 421 (unknown host; in "default" alone) and 503.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/result.h"

namespace footfall::edge {

inline constexpr std::size_t kPageBytesMax = 48 * 1024;          // of one file
inline constexpr std::size_t kPagesBytesMax = 16 * 1024 * 1024;  // of all
inline constexpr std::string_view kPageType = "text/html; charset=utf-8";
// Complete header lines that every page has.
inline constexpr std::string_view kPageFields =
    "Cache-Control: no-store\r\nX-Robots-Tag: noindex\r\nX-Content-Type-Options: nosniff\r\n"
    "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; img-src data: https:; font-src data: "
    "https:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n";

// Valid as long as its Pages are.
struct Page {
  std::string_view body;
  std::string_view fields;  // complete header lines
};

class Pages {
 public:
  Pages();  // ours alone
  // Ours, and those of the folder (empty: none). The error names the file that cannot be one.
  static Result<Pages> load(const std::string& folder);

  // For 400, 404, 405, 410, 421 and 503; any other status gets the page of 503 from 500 on, else that of 400.
  // `languages`: Accept-Language.
  Page find(std::string_view host, int status, std::string_view languages) const;

 private:
  struct Written {
    std::string language;  // empty: for everybody else
    std::string body, fields;
  };
  using Choice = std::vector<Written>;  // of one page; what nobody's language chooses stands first
  Result<void> add_file(const std::string& path, const std::string& host, std::string_view name);
  Result<void> add_host(const std::string& folder, const std::string& host);
  static Page choose(const Choice& choice, std::string_view languages);

  std::map<int, Choice> ours_;
  std::map<std::string, std::map<int, Choice>, std::less<>> own_;  // by host
  std::size_t bytes_ = 0;
};

// The place in `known` of the language that an Accept-Language header likes best; npos: none of them.
std::size_t preferred_language(std::string_view accepted, const std::vector<std::string_view>& known);

}  // namespace footfall::edge
