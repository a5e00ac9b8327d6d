// The page behind a short link's code with a "+": where the link leads, for whoever wants to know before going there.
// Nothing is recorded (COMMON.md D-38). Pure.
#pragma once

#include <string>
#include <string_view>

namespace footfall::edge {

// The code before the "+" at the end of `code`; empty: `code` asks for no preview.
std::string_view previewed_code(std::string_view code);

// `code` is what previewed_code() returned, `query` the preview's, as received; `target` is the URL to which the short
// link leads. The page shows the target and links to the short link itself, so that who goes on is a visitor like any
// other. That link never leads to another host, whatever the code holds.
std::string preview_page(std::string_view code, std::string_view query, std::string_view target);

}  // namespace footfall::edge
