// The OpenAPI 3.1 document of a dialect, made from the routes that serve it and from the dialect's description
// (core/api/<dialect>/openapi.json), which says in a short notation what a table of routes cannot: summaries, fields,
// answers. Methods, paths, their parameters, security, media types of bodies, and the errors that admission answers
// come from the table.
//
// The description is an object of:
//   title, text           what stands above all
//   security              for each kind of access, the names of the schemes that open it (any one of them)
//   securitySchemes       OpenAPI's own
//   errors                statuses that every route, every one with a key, a body, a parameter in its path may have
//   parameters            the query's: a type in the notation of schema_notation.h by name, or by "kind.name" where
//                         lists have different ones of a name
//   headers               header fields of requests and of webhooks: a type by name, where "?" behind the name says
//                         that it may be missing. Fields that carry credentials stand in securitySchemes, and
//                         If-None-Match, which goes with every answer 304, is the builder's
//   operations            by tag, then by "METHOD /path": {summary, text?, query?, headers?, body?, answers, errors?}.
//                         `body` is the name of a schema; `answers` has a schema's name, media types or "" for each
//                         status. What the edge serves has no row in the table and says so: "edge" is {}, with
//                         "public_key" and "json" where it takes them
//   schemas               in the notation of schema_notation.h; "Error" is that of every error
//   webhooks              by event: {summary, body}
//   webhookHeaders        which of the headers each webhook has
//
// Which header fields answers have stands in response_headers.h. All answers have them but the edge's files and
// /health.
//
// A body is required where it is JSON alone: such a route refuses an empty one. Where fields may stand in the query as
// well, none is.
//
// Thread-safe. A description that does not fit its table ends the program when the document is made (at start).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/routes.h"
#include "proto/wire/dialect.h"

namespace footfall::core {

class OpenApi {
 public:
  OpenApi(wire::Dialect dialect, std::span<const Route> routes);

  // The document with the address at which the API is reached: "https://api.example". Empty: none is named.
  std::string document(std::string_view server) const;

 private:
  std::string text_;  // without `servers`
};

// Routes that have no description, and descriptions without a route: "GET /v1/offers". For the test of all dialects.
std::vector<std::string> unmatched_descriptions(wire::Dialect dialect, std::span<const Route> routes);

}  // namespace footfall::core
