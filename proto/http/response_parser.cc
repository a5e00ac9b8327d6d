// Beast's parser is fed as the bytes come and collects status, fields and body into a ClientResponse; fields that are
// for this hop only are left out. What it has not used yet stays in the caller's buffer, with a bound. Interim answers
// (1xx) are skipped by starting a new parser.
#include "proto/http/response_parser.h"

#include <algorithm>
#include <array>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <charconv>
#include <optional>

namespace footfall::http {
namespace {

namespace beast_http = boost::beast::http;
using boost::beast::error_code;
using BeastView = boost::beast::string_view;

constexpr std::size_t kChunkHeaderBytesMax = 1024;

bool stays_here(beast_http::field field) {
  static constexpr std::array kFields = {
      beast_http::field::keep_alive, beast_http::field::proxy_connection, beast_http::field::transfer_encoding,
      beast_http::field::te,         beast_http::field::trailer,          beast_http::field::upgrade,
      beast_http::field::date,       beast_http::field::content_length,   beast_http::field::proxy_authenticate};
  return std::find(kFields.begin(), kFields.end(), field) != kFields.end();
}

class Parser final : public beast_http::basic_parser<false> {
 public:
  Parser(bool has_no_body, std::size_t header_bytes_max, std::size_t body_bytes_max) {
    header_limit(static_cast<std::uint32_t>(header_bytes_max));
    body_limit(body_bytes_max);
    eager(true);
    if (has_no_body) skip(true);
  }

  // Fields that Connection names are for this hop only.
  void drop_named_fields() {
    for (const auto& name : beast_http::token_list{connection_}) {
      std::erase_if(response.fields, [&name](const auto& field) { return boost::beast::iequals(field.first, name); });
    }
  }

  ClientResponse response;

 private:
  void on_request_impl(beast_http::verb, BeastView, BeastView, int, error_code&) override {}
  void on_response_impl(int status, BeastView, int, error_code&) override { response.status = status; }
  void on_field_impl(beast_http::field field, BeastView name, BeastView value, error_code& ec) override {
    if (is_header_done()) return;  // trailers
    if (field == beast_http::field::transfer_encoding && !boost::beast::iequals(value, "chunked")) {
      ec = beast_http::error::bad_transfer_encoding;
    } else if (field == beast_http::field::content_type) {
      response.content_type.assign(value.data(), value.size());
    } else if (field == beast_http::field::connection) {
      connection_.append(connection_.empty() ? "" : ",").append(value.data(), value.size());
    } else if (field == beast_http::field::content_length) {  // Beast has judged it
      std::from_chars(value.data(), value.data() + value.size(), response.length);
    } else if (!stays_here(field)) {
      response.fields.emplace_back(std::string(name), std::string(value));
    }
  }
  void on_header_impl(error_code&) override { drop_named_fields(); }
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    if (length) response.body.reserve(static_cast<std::size_t>(*length));  // within body_limit, and copied never
  }
  std::size_t on_body_impl(BeastView body, error_code&) override {
    response.body.append(body.data(), body.size());
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, BeastView, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, BeastView body, error_code&) override {
    response.body.append(body.data(), body.size());
    return body.size();
  }
  void on_finish_impl(error_code&) override {}

  std::string connection_;
};

}  // namespace

class ResponseParser::Implementation {
 public:
  Implementation(Method method, std::size_t header_bytes, std::size_t body_bytes)
      : has_no_body(method == Method::head), header_bytes_max(header_bytes), body_bytes_max(body_bytes) {
    start();
  }

  void start() { parser.emplace(has_no_body, header_bytes_max, body_bytes_max); }

  const bool has_no_body;
  const std::size_t header_bytes_max;
  const std::size_t body_bytes_max;
  std::optional<Parser> parser;
};

ResponseParser::ResponseParser(Method method, std::size_t header_bytes_max, std::size_t body_bytes_max)
    : implementation_(std::make_unique<Implementation>(method, header_bytes_max, body_bytes_max)) {}

ResponseParser::~ResponseParser() = default;

Result<void> ResponseParser::feed(std::string& bytes) {
  std::size_t taken = 0;
  while (!is_done()) {
    Parser& parser = *implementation_->parser;
    error_code ec;
    taken += parser.put(boost::asio::const_buffer(bytes.data() + taken, bytes.size() - taken), ec);
    if (ec == beast_http::error::need_more) break;
    if (ec) return internal("upstream's answer: " + ec.message());
    if (parser.is_done() && parser.response.status < 200) {  // an interim answer; the real one follows
      if (parser.response.status == 101) return internal("upstream's answer: unasked upgrade");
      implementation_->start();
    } else if (taken == bytes.size()) {
      break;
    }
  }
  bytes.erase(0, taken);
  // What the parser leaves waits for the end of a line.
  const bool in_header = !implementation_->parser->is_header_done();
  const std::size_t waiting_max = in_header ? implementation_->header_bytes_max : kChunkHeaderBytesMax;
  if (!is_done() && bytes.size() > waiting_max) return internal("upstream's answer: endless line");
  return {};
}

Result<void> ResponseParser::feed_end() {
  Parser& parser = *implementation_->parser;
  error_code ec = beast_http::error::partial_message;
  if (parser.got_some()) parser.put_eof(ec);
  if (ec) return unavailable(ErrorSource::us, "upstream closed the connection in the midst of its answer");
  return {};
}

bool ResponseParser::is_done() const { return implementation_->parser->is_done(); }

bool ResponseParser::may_reuse_connection() const { return implementation_->parser->keep_alive(); }

ClientResponse& ResponseParser::response() { return implementation_->parser->response; }

}  // namespace footfall::http
