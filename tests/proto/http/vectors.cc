#include "tests/proto/http/vectors.h"

#include <boost/json/src.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace footfall::http {

std::optional<boost::json::value> read_vectors(const std::string& path) {
  const char* folder = std::getenv("FOOTFALL_VECTORS");
  if (folder == nullptr || *folder == '\0') return std::nullopt;
  std::ifstream file(std::string(folder) + "/" + path);
  if (!file) return std::nullopt;
  std::stringstream text;
  text << file.rdbuf();
  return boost::json::parse(text.str());
}

std::string text_of(const boost::json::value& value, const char* key) {
  const boost::json::value* found = value.as_object().if_contains(key);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
}

std::string decode_base64(const std::string& text) {
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (char c : text) {
    const std::size_t digit =
        std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/").find(c);
    if (digit == std::string_view::npos) continue;
    bits = (bits << 6 | static_cast<unsigned>(digit)) & 0xffffff;
    if ((count += 6) >= 8) out.push_back(static_cast<char>(bits >> (count -= 8) & 0xff));
  }
  return out;
}

}  // namespace footfall::http
