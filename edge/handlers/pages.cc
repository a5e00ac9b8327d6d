#include "edge/handlers/pages.h"

#define FOOTFALL_PAGE(title, text)                                                                        \
  "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"                               \
  "<meta name=\"viewport\" content=\"width=device-width\">\n<meta name=\"robots\" content=\"noindex\">\n" \
  "<title>" title "</title>\n</head>\n<body>\n<h1>" title "</h1>\n<p>" text "</p>\n</body>\n</html>\n"

namespace footfall::edge {

std::string_view page(int status) {
  switch (status) {
    case 404:
      return FOOTFALL_PAGE("Link not found", "There is no such link here. Please check the address.");
    case 405:
      return FOOTFALL_PAGE("Method not allowed", "A link can only be opened.");
    case 410:
      return FOOTFALL_PAGE("Link expired", "This link is no longer valid.");
    case 421:
      return FOOTFALL_PAGE("Nothing here", "This address leads to a server that does not know it.");
    case 503:
      return FOOTFALL_PAGE("Please try again", "This link cannot be opened at the moment.");
    default:
      return FOOTFALL_PAGE("Bad request", "Your browser sent something that we do not accept.");
  }
}

}  // namespace footfall::edge

#undef FOOTFALL_PAGE
