// The three ways in which the dialects page through lists: how each is asked for in a query, and what it says in the
// response. A value that is not a number is a problem of the reader everywhere; what is out of range is clamped, but
// for numbered pages, where it is a problem, too.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/api/field_reader.h"

namespace footfall::core {

inline constexpr std::int64_t kOffsetMax = 1'000'000'000;

// ?limit=&offset= (BaClique: BAC-17…19, BA-9).
struct OffsetPage {
  std::int64_t limit = 0;
  std::int64_t offset = 0;
};
OffsetPage read_offset_page(FieldReader& read, std::int64_t limit_default, std::int64_t limit_max);
boost::json::object pagination(const OffsetPage& page, std::int64_t total);  // {"limit","offset","total"}

// ?page=&limit=, the first page is 1 (Selgeo: SEL-52…54).
struct NumberedPage {
  std::int64_t page = 1;
  std::int64_t limit = 0;
  std::int64_t offset() const { return (page - 1) * limit; }
};
NumberedPage read_numbered_page(FieldReader& read, std::int64_t limit_default, std::int64_t limit_max);
// {"data","total","page","limit"}
boost::json::object numbered_list(boost::json::array data, const NumberedPage& page, std::int64_t total);

// ?limit=&cursor=, where the cursor is the last item's id (AffSpace: AFS-49…53; Affily: AFY-20…23). The dialects word
// the response each in their own way.
struct CursorPage {
  std::int64_t limit = 0;
  std::optional<std::string> cursor;
  int rows_to_read() const { return static_cast<int>(limit) + 1; }  // one more shows whether there is more
};
CursorPage read_cursor_page(FieldReader& read, std::int64_t limit_default, std::int64_t limit_max);
// Drops the row that was read beyond the page. True: there was one, so the last row left is the next cursor.
template <typename Row>
bool cut_to_page(std::vector<Row>& rows, const CursorPage& page) {
  if (rows.size() <= static_cast<std::size_t>(page.limit)) return false;
  rows.resize(static_cast<std::size_t>(page.limit));
  return true;
}

}  // namespace footfall::core
