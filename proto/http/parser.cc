// The head is complete and its lines are checked (HeadScan, guard.h) when it comes here. Beast's parser splits it into
// request line and fields, and each field goes to Framing, which judges the ones that frame the message. Then the
// target is split into path and query, an absolute one after its authority was compared with Host. Views point into the
// bytes.
#include "proto/http/parser.h"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <limits>

#include "proto/base/bytes.h"

namespace footfall::http {
namespace {

namespace beast_http = boost::beast::http;
using boost::beast::error_code;
using BeastView = boost::beast::string_view;

std::string_view view(BeastView text) { return {text.data(), text.size()}; }

Method method_from(beast_http::verb verb) {
  switch (verb) {
    case beast_http::verb::head:
      return Method::head;
    case beast_http::verb::post:
      return Method::post;
    case beast_http::verb::put:
      return Method::put;
    case beast_http::verb::patch:
      return Method::patch;
    case beast_http::verb::delete_:
      return Method::del;
    case beast_http::verb::options:
      return Method::options;
    default:
      return Method::get;
  }
}

FieldKind kind_of(beast_http::field field) {
  switch (field) {
    case beast_http::field::host:
      return FieldKind::host;
    case beast_http::field::content_length:
      return FieldKind::content_length;
    case beast_http::field::transfer_encoding:
      return FieldKind::transfer_encoding;
    case beast_http::field::expect:
      return FieldKind::expect;
    case beast_http::field::content_type:
      return FieldKind::content_type;
    case beast_http::field::content_encoding:
      return FieldKind::content_encoding;
    default:
      return FieldKind::other;
  }
}

class HeadParser final : public beast_http::basic_parser<true> {
 public:
  explicit HeadParser(Head& head) : head_(head) {
    header_limit(std::numeric_limits<std::uint32_t>::max());  // HeadScan has cut already
    body_limit(boost::none);
    skip(true);
  }

  Refusal refusal;
  Framing framing;

 private:
  void on_request_impl(beast_http::verb verb, BeastView, BeastView target, int version, error_code&) override {
    head_.request.method = method_from(verb);
    head_.request.target = view(target);
    head_.request.http_1_0 = version == 10;
  }

  void on_field_impl(beast_http::field field, BeastView name, BeastView value, error_code& ec) override {
    const FieldKind kind = kind_of(field);
    std::string_view raw;
    if (kind == FieldKind::content_length || kind == FieldKind::transfer_encoding) {
      const char* raw_begin = name.data() + name.size() + 1;
      const char* raw_end = raw_begin;
      while (*raw_end != '\r') ++raw_end;  // a line ends in CRLF: HeadScan has seen to that
      raw = {raw_begin, static_cast<std::size_t>(raw_end - raw_begin)};
    }
    refusal = framing.field(kind, view(name), raw, view(value));
    if (refusal) ec = beast_http::error::bad_field;
    head_.fields.push_back({view(name), view(value)});
  }

  void on_header_impl(error_code&) override {}
  void on_response_impl(int, BeastView, int, error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(BeastView body, error_code&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, BeastView, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, BeastView body, error_code&) override { return body.size(); }
  void on_finish_impl(error_code&) override {}

  Head& head_;
};

void set_host(Head& head, std::string_view value) {
  Request& request = head.request;
  request.host_header = value;
  request.host = host_without_port(value);
  // "c.example." is the same name, written out to DNS's root.
  if (request.host.size() > 1 && request.host.back() == '.') request.host.remove_suffix(1);
  auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (std::none_of(request.host.begin(), request.host.end(), is_upper)) return;
  head.host.assign(request.host);
  for (char& c : head.host) c = is_upper(c) ? static_cast<char>(c | 0x20) : c;
  request.host = head.host;
}

// The authority without the port that its scheme implies: "a.example:80" is "a.example" under http.
std::string_view without_default_port(std::string_view authority, std::string_view scheme) {
  const std::string_view port = scheme.size() == 4 ? ":80" : ":443";
  const bool has_it =
      authority.ends_with(port) && host_without_port(authority).size() + port.size() == authority.size();
  return has_it ? authority.substr(0, authority.size() - port.size()) : authority;
}

// "http://host/path" becomes "/path"; its host must be the Host field's (RFC 9112 3.2.2 would let it win instead, and
// then whoever looks at the field only is fooled).
Refusal split_target(Head& head) {
  Request& request = head.request;
  if (request.target.empty()) return {400, "request line"};
  if (!request.target.starts_with('/') && request.target != "*") {
    const std::string_view scheme = request.target.substr(0, request.target.find(':'));
    const std::string_view rest = request.target.substr(scheme.size() + 3);
    const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
    const std::string_view authority = rest.substr(0, end);
    const bool agrees =
        equal_ignoring_case(without_default_port(authority, scheme), without_default_port(request.host_header, scheme));
    if (!agrees) return {400, "target and Host disagree"};
    request.target = rest.substr(end);
    if (!request.target.starts_with('/')) {  // an absolute target may leave out the path (RFC 9112 3.2.1)
      head.target.assign("/").append(request.target);
      request.target = head.target;
    }
  }
  const std::size_t question = request.target.find('?');
  request.path = request.target.substr(0, question);
  if (question != std::string_view::npos) request.query = request.target.substr(question + 1);
  return {};
}

}  // namespace

Refusal parse_head(std::string_view bytes, Head& head) {
  head.request = {};
  head.fields.clear();
  HeadParser parser(head);
  error_code ec;
  parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), ec);
  head.request.fields = head.fields;
  if (!parser.framing.host().empty()) set_host(head, parser.framing.host());
  const Refusal target_refusal = split_target(head);
  if (parser.refusal) return parser.refusal;
  if (ec || !parser.is_header_done()) return {400, "malformed"};
  if (Refusal refusal = parser.framing.finish(head.request.http_1_0)) return refusal;
  if (target_refusal) return target_refusal;
  head.keep_alive = parser.keep_alive();
  head.expects_continue = parser.framing.expects_continue();
  head.chunked = parser.framing.chunked();
  head.content_length = std::max<std::int64_t>(parser.framing.content_length(), 0);
  head.has_body = head.chunked || head.content_length > 0;
  if (head.has_body && parser.framing.has_content_coding()) {
    return {415, "Content-Encoding is not supported: send the body as it is"};
  }
  return {};
}

void parse_partial_head(std::string_view good_lines, Head& head) {
  head.good_lines.assign(good_lines).append("\r\n");
  parse_head(head.good_lines, head);  // its verdict does not matter any more
}

void guess_head(std::string_view bytes, Head& head) {
  const auto line = bytes.substr(0, std::min(bytes.find_first_of("\r\n"), bytes.size()));
  const auto method = line.substr(0, std::min(line.find(' '), line.size()));
  auto path = line.substr(std::min(method.size() + 1, line.size()));
  path = path.substr(0, std::min(path.find_first_of(" ?#"), path.size()));
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-_.~";
  constexpr std::size_t kPathMax = 256;
  const bool sound_path =
      path.starts_with('/') && path.size() <= kPathMax && path.find_first_not_of(kPlain) == std::string_view::npos;
  std::string_view host;
  for (auto rest = bytes; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const auto field = rest.substr(0, end);
    if (field.size() > 5 && equal_ignoring_case(field.substr(0, 5), "host:")) {
      host = trim(field.substr(5));
      break;
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  std::string likely;
  likely.append(method == "POST" || method == "HEAD" || method == "OPTIONS" ? method : "GET").append(" ");
  likely.append(sound_path ? path : "/").append(" HTTP/1.1\r\n");
  if (host_is_well_formed(host)) likely.append("Host: ").append(host).append("\r\n");
  parse_partial_head(likely, head);
}

}  // namespace footfall::http
