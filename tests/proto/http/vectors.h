// Public test data, where FOOTFALL_VECTORS says; never part of the tree.
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>

namespace footfall::http {

// The file below FOOTFALL_VECTORS, or nothing: then the test is to be skipped, with this notice.
inline constexpr const char* kNoVectors = "FOOTFALL_VECTORS is not set: the public vectors are not here";
std::optional<boost::json::value> read_vectors(const std::string& path);
std::string text_of(const boost::json::value& value, const char* key);
std::string decode_base64(const std::string& text);

}  // namespace footfall::http
