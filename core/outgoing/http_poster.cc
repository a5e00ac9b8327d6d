// The address of a connection is judged in the callback that opens its socket, which gets the address that is really
// dialled: a name that resolves to another address than a moment ago changes nothing. A connection that is kept for
// the next request was judged when it was opened.
#include "core/outgoing/http_poster.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>
#include <list>

#include "core/domain/public_address.h"
#include "core/outgoing/curl_library.h"

namespace footfall::core {
namespace {

constexpr std::size_t kAnswerBytesMax = 64 * 1024;
constexpr long kConnectionsKeptMax = 64;

struct Transfer {
  CURL* handle = nullptr;
  curl_slist* fields = nullptr;
  PostRequest request;
  std::size_t answer_bytes = 0;
  std::string answer;  // where it is kept
  bool allow_private = false;
  bool address_refused = false;

  ~Transfer() {
    if (handle) curl_easy_cleanup(handle);
    curl_slist_free_all(fields);
  }
};

bool is_allowed(const curl_sockaddr& address) {
  if (address.family == AF_INET) {
    const auto* bytes =
        reinterpret_cast<const std::uint8_t*>(&reinterpret_cast<const sockaddr_in*>(&address.addr)->sin_addr);
    return is_public_address({bytes, 4});
  }
  if (address.family == AF_INET6) {
    const auto* bytes =
        reinterpret_cast<const std::uint8_t*>(&reinterpret_cast<const sockaddr_in6*>(&address.addr)->sin6_addr);
    return is_public_address({bytes, 16});
  }
  return false;
}

curl_socket_t open_socket(void* client, curlsocktype, curl_sockaddr* address) {
  auto* transfer = static_cast<Transfer*>(client);
  if (!transfer->allow_private && !is_allowed(*address)) {
    transfer->address_refused = true;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::size_t take_answer(char* bytes, std::size_t size, std::size_t count, void* client) {
  auto* transfer = static_cast<Transfer*>(client);
  transfer->answer_bytes += size * count;
  if (transfer->answer_bytes > kAnswerBytesMax) return 0;  // breaks the transfer off
  if (transfer->request.keep_answer) transfer->answer.append(bytes, size * count);
  return size * count;
}

std::string_view error_of(CURLcode code, const Transfer& transfer) {
  if (transfer.address_refused) return "address";
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return "resolve";
    case CURLE_COULDNT_CONNECT:
      return "connect";
    case CURLE_OPERATION_TIMEDOUT:
      return "timeout";
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_PARTIAL_FILE:
      return "closed";
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return "tls";
    default:
      return "other";
  }
}

}  // namespace

struct HttpPoster::Implementation {
  explicit Implementation(const PosterOptions& poster_options) : options(poster_options) {
    start_curl_library();
    multi = curl_multi_init();
    FOOTFALL_CHECK(multi != nullptr);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, kConnectionsKeptMax);
  }
  ~Implementation() {
    for (auto& transfer : transfers) curl_multi_remove_handle(multi, transfer.handle);
    transfers.clear();
    curl_multi_cleanup(multi);
  }

  void start(PostRequest request);
  PostAnswer finish(CURL* handle, CURLcode code);

  const PosterOptions options;
  CURLM* multi = nullptr;
  std::list<Transfer> transfers;  // libcurl keeps pointers to them
};

void HttpPoster::Implementation::start(PostRequest request) {
  FOOTFALL_CHECK(transfers.size() < options.at_once_max);
  Transfer& transfer = transfers.emplace_back();
  transfer.request = std::move(request);
  transfer.allow_private = options.allow_private_receivers;
  CURL* const handle = transfer.handle = curl_easy_init();
  FOOTFALL_CHECK(handle != nullptr);
  for (const std::string& field : transfer.request.fields) {
    transfer.fields = curl_slist_append(transfer.fields, field.c_str());
  }
  transfer.fields = curl_slist_append(transfer.fields, "Expect:");  // a body is sent without asking first
  curl_easy_setopt(handle, CURLOPT_PRIVATE, &transfer);
  curl_easy_setopt(handle, CURLOPT_URL, transfer.request.url.c_str());
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, transfer.fields);
  if (transfer.request.is_get) {
    curl_easy_setopt(handle, CURLOPT_HTTPGET, 1L);
  } else {
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, transfer.request.body.data());
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(transfer.request.body.size()));
  }
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_PROXY, "");  // also not the environment's: the address would be the proxy's
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout_ms));
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_ms));
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, &transfer);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_answer);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &transfer);
  if (!options.ca_file.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, options.ca_file.c_str());
  FOOTFALL_CHECK(curl_multi_add_handle(multi, handle) == CURLM_OK);
}

PostAnswer HttpPoster::Implementation::finish(CURL* handle, CURLcode code) {
  char* stored = nullptr;
  curl_easy_getinfo(handle, CURLINFO_PRIVATE, &stored);
  auto* transfer = reinterpret_cast<Transfer*>(stored);
  long status = 0;
  curl_off_t retry_after = 0, total_us = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(handle, CURLINFO_RETRY_AFTER, &retry_after);
  curl_easy_getinfo(handle, CURLINFO_TOTAL_TIME_T, &total_us);
  PostAnswer answer;
  answer.tag = transfer->request.tag;
  answer.duration_us = total_us;
  answer.body = std::move(transfer->answer);
  if (retry_after > 0) answer.retry_after_s = retry_after;
  // What was broken off because the answer is long has its status; an answer that the receiver left unfinished is none.
  if (code == CURLE_OK || transfer->answer_bytes > kAnswerBytesMax) {
    answer.status = static_cast<int>(status);
  } else {
    answer.error = error_of(code, *transfer);
  }
  curl_multi_remove_handle(multi, handle);
  transfers.remove_if([&](const Transfer& one) { return one.handle == handle; });
  return answer;
}

HttpPoster::HttpPoster(const PosterOptions& options) : implementation_(std::make_unique<Implementation>(options)) {}
HttpPoster::~HttpPoster() = default;

std::size_t HttpPoster::under_way() const { return implementation_->transfers.size(); }

void HttpPoster::start(PostRequest request) { implementation_->start(std::move(request)); }

std::vector<PostAnswer> HttpPoster::work(std::int64_t wait_us) {
  std::vector<PostAnswer> answers;
  int running = 0;
  curl_multi_perform(implementation_->multi, &running);
  if (static_cast<std::size_t>(running) == implementation_->transfers.size()) {  // nothing has ended yet
    curl_multi_poll(implementation_->multi, nullptr, 0, static_cast<int>(std::max<std::int64_t>(wait_us / 1000, 0)),
                    nullptr);
    curl_multi_perform(implementation_->multi, &running);
  }
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(implementation_->multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    answers.push_back(implementation_->finish(message->easy_handle, message->data.result));
  }
  return answers;
}

std::vector<std::int64_t> HttpPoster::break_off() {
  std::vector<std::int64_t> tags;
  for (Transfer& transfer : implementation_->transfers) {
    tags.push_back(transfer.request.tag);
    curl_multi_remove_handle(implementation_->multi, transfer.handle);
  }
  implementation_->transfers.clear();
  return tags;
}

PostAnswer post_and_wait(const PosterOptions& options, PostRequest request) {
  HttpPoster poster(options);
  poster.start(std::move(request));
  while (true) {  // libcurl ends every transfer at its timeout
    auto answers = poster.work(options.timeout_ms * 1'000);
    if (!answers.empty()) return std::move(answers.front());
  }
}

}  // namespace footfall::core
