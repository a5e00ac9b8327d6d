// Reading a Content-Type: which type a body has, and whether its characters are UTF-8. Pure.
#pragma once

#include <string_view>

namespace footfall::http {

// "Text/Plain; charset=UTF-8" → is it `type` ("text/plain")? Parameters and case do not matter.
bool is_media_type(std::string_view content_type, std::string_view type);
// Whether it is one of the types that senders use for JSON: application/json, text/json, application/x-json,
// application/…+json.
bool is_json_type(std::string_view content_type);
// Whether a body so labelled can be read as UTF-8: it names no charset, or UTF-8, or US-ASCII, which is a part of it,
// or another extension of ASCII while all of it is ASCII.
bool has_readable_charset(std::string_view content_type, std::string_view body);

}  // namespace footfall::http
