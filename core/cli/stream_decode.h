// The bytes of streams and dead letters as JSON, for people: what protobuf can read is shown, the rest is null. Pure.
#pragma once

#include <string_view>

namespace boost::json {
class array;
class value;
}  // namespace boost::json

namespace footfall::core {

boost::json::value decoded_click_view(std::string_view click);  // one schema::Click
boost::json::value decoded_batch_view(std::string_view batch);  // a schema::ClickBatch with its clicks
// The clicks of a batch, each with its number, edge and incarnation; a line for a void run. Empty: not a batch.
boost::json::array batch_lines(std::string_view edge, std::string_view batch);

}  // namespace footfall::core
