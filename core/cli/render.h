// JSON as people read it on a terminal. Pure.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace boost::json {
class array;
class object;
}  // namespace boost::json

namespace footfall::core {

// "name    value" lines; members of objects by dotted names, lists as one line an element.
std::string render_object(const boost::json::object& object);
// A heading and a line a row, columns aligned; "(none)" without rows.
std::string render_table(const boost::json::array& rows, std::initializer_list<std::string_view> columns);

}  // namespace footfall::core
