// Reading a Content-Type: which type a body has, and whether its characters are UTF-8. Pure.
#pragma once

#include <string_view>

namespace footfall::http {

// "Text/Plain; charset=UTF-8" → is it `type` ("text/plain")? Parameters and case do not matter.
bool is_media_type(std::string_view content_type, std::string_view type);
// Whether a body so labelled is UTF-8: it names no charset, or UTF-8, or US-ASCII, which is a part of it.
bool has_utf8_charset(std::string_view content_type);

}  // namespace footfall::http
