// The address of a connection is judged in the callback that opens its socket, which gets the address that is really
// dialled: a name that resolves to another address than a moment ago changes nothing. A connection that is kept for
// the next request was judged when it was opened.
//
// A name is looked up before the transfer begins, because libcurl's own look-ups cannot be broken off: whoever ends
// such a transfer waits for the resolver. The addresses are then given to libcurl with the transfer.
#include "core/outgoing/http_poster.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>
#include <list>

#include "core/domain/public_address.h"
#include "core/outgoing/curl_library.h"
#include "proto/base/clock.h"

namespace footfall::core {
namespace {

constexpr std::size_t kAnswerBytesMax = 64 * 1024;
constexpr long kConnectionsKeptMax = 64;

// What a thread of the look-ups wakes; the poster may be gone by then.
class Waker {
 public:
  explicit Waker(CURLM* multi) : multi_(multi) {}
  void wake() {
    const MutexLock lock(mutex_);
    if (multi_ != nullptr) curl_multi_wakeup(multi_);
  }
  void end() {
    const MutexLock lock(mutex_);
    multi_ = nullptr;
  }

 private:
  Mutex mutex_;
  CURLM* multi_ FOOTFALL_GUARDED_BY(mutex_);
};

struct Transfer {
  CURL* handle = nullptr;
  curl_slist* fields = nullptr;
  curl_slist* resolved = nullptr;
  std::shared_ptr<const HostLookup> lookup;  // until the transfer begins; none: nothing is looked up
  std::string host, port;                    // of the look-up
  std::int64_t started_us = 0;               // steady
  PostRequest request;
  std::size_t answer_bytes = 0;
  std::string answer;  // where it is kept
  bool allow_private = false;
  bool address_refused = false;

  ~Transfer() {
    if (handle) curl_easy_cleanup(handle);
    curl_slist_free_all(fields);
    curl_slist_free_all(resolved);
  }
};

// The host and port of a URL whose host is a name.
std::optional<std::pair<std::string, std::string>> name_in(const std::string& url) {
  const std::unique_ptr<CURLU, void (*)(CURLU*)> parsed(curl_url(), curl_url_cleanup);
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return std::nullopt;
  const auto part = [&](CURLUPart which) {
    char* text = nullptr;
    if (curl_url_get(parsed.get(), which, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return std::string();
    std::string copy(text);
    curl_free(text);
    return copy;
  };
  auto host = part(CURLUPART_HOST);
  in_addr ignored{};
  if (host.empty() || host.starts_with('[') || inet_pton(AF_INET, host.c_str(), &ignored) == 1) return std::nullopt;
  auto port = part(CURLUPART_PORT);
  if (port.empty()) return std::nullopt;
  return std::pair(std::move(host), std::move(port));
}

// As CURLOPT_RESOLVE wants them; "+": not for ever.
std::string resolve_rule(const Transfer& transfer) {
  std::string rule = "+" + transfer.host + ":" + transfer.port + ":";
  bool first = true;
  for (const HostAddress& address : transfer.lookup->addresses()) {
    char text[INET6_ADDRSTRLEN] = {};
    const bool is_v6 = address.size() == 16;
    if (inet_ntop(is_v6 ? AF_INET6 : AF_INET, address.data(), text, sizeof text) == nullptr) continue;
    rule += first ? "" : ",";
    rule += is_v6 ? "[" + std::string(text) + "]" : std::string(text);
    first = false;
  }
  return rule;
}

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
    waker = std::make_shared<Waker>(multi);
  }
  ~Implementation() {
    waker->end();
    for (auto& transfer : transfers) {
      if (!transfer.lookup) curl_multi_remove_handle(multi, transfer.handle);
    }
    transfers.clear();
    curl_multi_cleanup(multi);
  }

  void start(PostRequest request);
  void begin(Transfer& transfer);
  // Begins the transfers whose name is known by now; answers those whose name is not, and will not be in time.
  std::vector<PostAnswer> end_lookups();
  std::int64_t lookup_max_us() const { return std::min(options.connect_ms, options.timeout_ms) * 1'000; }
  std::int64_t until_next_lookup_ends_us() const;
  PostAnswer finish(CURL* handle, CURLcode code);

  const PosterOptions options;
  CURLM* multi = nullptr;
  std::shared_ptr<Waker> waker;
  std::list<Transfer> transfers;  // libcurl keeps pointers to them
};

std::int64_t HttpPoster::Implementation::until_next_lookup_ends_us() const {
  const std::int64_t now_us = system_clock().steady_us();
  std::int64_t left_us = INT64_MAX;
  for (const Transfer& transfer : transfers) {
    if (!transfer.lookup) continue;
    if (transfer.lookup->has_ended()) return 0;
    left_us = std::min(left_us, transfer.started_us + lookup_max_us() - now_us);
  }
  return std::max<std::int64_t>(left_us, 0);
}

std::vector<PostAnswer> HttpPoster::Implementation::end_lookups() {
  std::vector<PostAnswer> answers;
  const std::int64_t now_us = system_clock().steady_us();
  for (auto it = transfers.begin(); it != transfers.end();) {
    Transfer& transfer = *it++;
    if (!transfer.lookup) continue;
    const std::int64_t taken_us = now_us - transfer.started_us;
    const bool has_ended = transfer.lookup->has_ended();
    if (has_ended && !transfer.lookup->addresses().empty()) {
      transfer.resolved = curl_slist_append(nullptr, resolve_rule(transfer).c_str());
      curl_easy_setopt(transfer.handle, CURLOPT_RESOLVE, transfer.resolved);
      const std::int64_t left_ms = std::max<std::int64_t>(options.timeout_ms - taken_us / 1'000, 1);
      curl_easy_setopt(transfer.handle, CURLOPT_TIMEOUT_MS, static_cast<long>(left_ms));
      begin(transfer);
    } else if (has_ended || taken_us >= lookup_max_us()) {
      PostAnswer& answer = answers.emplace_back();
      answer.tag = transfer.request.tag;
      answer.error = "resolve";
      answer.duration_us = taken_us;
      transfers.erase(std::prev(it));
    }
  }
  return answers;
}

void HttpPoster::Implementation::begin(Transfer& transfer) {
  transfer.lookup.reset();
  FOOTFALL_CHECK(curl_multi_add_handle(multi, transfer.handle) == CURLM_OK);
}

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
  const auto name = options.lookups ? name_in(transfer.request.url) : std::nullopt;
  if (!name) {
    begin(transfer);
    return;
  }
  std::tie(transfer.host, transfer.port) = *name;
  transfer.started_us = system_clock().steady_us();
  transfer.lookup = options.lookups->begin(transfer.host, transfer.request.owner, [to = waker] { to->wake(); });
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
  std::vector<PostAnswer> answers = implementation_->end_lookups();
  const auto begun = [&] {
    return std::ranges::count_if(implementation_->transfers, [](const Transfer& one) { return !one.lookup; });
  };
  int running = 0;
  curl_multi_perform(implementation_->multi, &running);
  if (answers.empty() && running == begun()) {  // nothing has ended yet
    const std::int64_t most_us = std::min(wait_us, implementation_->until_next_lookup_ends_us());
    curl_multi_poll(implementation_->multi, nullptr, 0, static_cast<int>(std::max<std::int64_t>(most_us / 1000, 0)),
                    nullptr);
    answers = implementation_->end_lookups();
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
    if (!transfer.lookup) curl_multi_remove_handle(implementation_->multi, transfer.handle);
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
