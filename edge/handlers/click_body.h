// The body of POST /v1/clicks, in every spelling of SE-1. Parsed with simdjson's DOM, which refuses what is not JSON.
// Unknown fields are ignored, whatever they hold (SE-24); null is the same as absent, and so is a click_id that is
// empty; of a name given twice the last counts.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace footfall::edge {

inline constexpr std::size_t kClickBodyBytesMax = 16 * 1024;
inline constexpr std::size_t kRefBytesMax = 255;

// One entry of a validation error's details (SEL-34).
struct Problem {
  std::string_view field;
  std::string_view message;
};

struct ClickBody {       // views, valid until the parser's next call
  std::string_view key;  // merchant, public_key, data-merchant
  std::string_view ref;
  std::string_view url;  // url, page_url
  std::string_view referrer;
  std::string_view visitor_token;
  std::optional<std::string_view> click_id;
  std::vector<Problem> problems;  // empty: sound; at most one per field. A wrong key is no problem but no key.
};

// One thread; its memory is made once.
class ClickBodyParser {
 public:
  ClickBodyParser();
  ~ClickBodyParser();
  ClickBodyParser(const ClickBodyParser&) = delete;
  ClickBodyParser& operator=(const ClickBodyParser&) = delete;

  // `json` is at most kClickBodyBytesMax.
  const ClickBody& parse(std::string_view json);

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace footfall::edge
