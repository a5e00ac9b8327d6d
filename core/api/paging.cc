#include "core/api/paging.h"

namespace footfall::core {

namespace json = boost::json;

OffsetPage read_offset_page(FieldReader& read, std::int64_t limit_default, std::int64_t limit_max) {
  OffsetPage page;
  page.limit = read.integer("limit", {.min = 1, .max = limit_max, .clamps = true}).value_or(limit_default);
  page.offset = read.integer("offset", {.min = 0, .max = kOffsetMax, .clamps = true}).value_or(0);
  return page;
}

json::object pagination(const OffsetPage& page, std::int64_t total) {
  return {{"limit", page.limit}, {"offset", page.offset}, {"total", total}};
}

NumberedPage read_numbered_page(FieldReader& read, std::int64_t limit_default, std::int64_t limit_max) {
  NumberedPage page;
  page.page = read.integer("page", {.min = 1, .max = kOffsetMax / limit_max}).value_or(1);
  page.limit = read.integer("limit", {.min = 1, .max = limit_max}).value_or(limit_default);
  return page;
}

json::object numbered_list(json::array data, const NumberedPage& page, std::int64_t total) {
  return {{"data", std::move(data)}, {"total", total}, {"page", page.page}, {"limit", page.limit}};
}

CursorPage read_cursor_page(FieldReader& read, std::int64_t limit_default, std::int64_t limit_max) {
  CursorPage page;
  page.limit = read.integer("limit", {.min = 1, .max = limit_max, .clamps = true}).value_or(limit_default);
  page.cursor = read.text("cursor");
  return page;
}

}  // namespace footfall::core
