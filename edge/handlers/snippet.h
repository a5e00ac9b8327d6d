// The snippet that merchants put on their pages: GET and HEAD of
//
//   /v1/footfall.js, /v1/selgeo.js     the script, kept by browsers for an hour; Content-Location names its version
//   /v1/footfall-<version>.js, …       the same, kept for a year
//   /v1/footfall.d.ts                  its TypeScript types
//
// A version that this edge does not have (an older one, or a newer one while edges are being upgraded) gets the script
// that is here, kept as briefly as the one without a version: a page that names a version goes on reporting clicks.
//
// From memory: the bytes are part of the program, the header lines are made once. Constant, any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "edge/snippet/asset.h"
#include "proto/http/handler.h"

namespace footfall::edge {

// What an Accept-Encoding gets: Brotli before gzip before neither, whatever their weights; 0 excludes.
enum class Coding : std::uint8_t { none, gzip, brotli };
Coding choose_coding(std::string_view accept_encoding);

class Snippet {
 public:
  Snippet();
  // If `request`, a GET or HEAD, asks for one of these paths: answers it and returns true. Allocates nothing.
  bool handle(const http::Request& request, http::Responder& responder) const;

 private:
  struct Form {  // in one coding
    std::string_view body;
    std::string fields;            // header lines, Content-Encoding first
    std::size_t coding_bytes = 0;  // of that line; the rest is what a 304 says
  };
  struct Resource {
    Resource(const Asset& asset, std::string_view type, std::string_view more_fields);
    std::string_view content_type;
    std::string_view version;
    std::array<Form, 3> forms;  // by Coding
  };
  const Resource* find(std::string_view path) const;

  Resource script_;
  Resource script_of_version_;
  Resource types_;
};

}  // namespace footfall::edge
