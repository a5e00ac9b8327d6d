// One handle of libcurl for all mails: the connection to the server is used again as long as it stays open.
#include "core/outgoing/mail_transport.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstring>

#include "core/outgoing/curl_library.h"

namespace footfall::core {
namespace {

constexpr long kConnectMs = 10'000;

struct Upload {
  std::string_view left;
  const std::stop_token* stop = nullptr;
};

std::size_t give_next(char* to, std::size_t size, std::size_t count, void* client) {
  auto* upload = static_cast<Upload*>(client);
  const std::size_t bytes = std::min(size * count, upload->left.size());
  std::memcpy(to, upload->left.data(), bytes);
  upload->left.remove_prefix(bytes);
  return bytes;
}

// Called about once a second, also while the server says nothing.
int break_off_when_stopped(void* client, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Upload*>(client)->stop->stop_requested() ? 1 : 0;
}

// 550 to 554 are about this mail. Other refusals, of a log-in for instance, are about how things are now.
bool is_about_this_mail(long status) { return status >= 550 && status <= 554; }

std::string error_of(CURLcode code, long status) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return "resolve";
    case CURLE_COULDNT_CONNECT:
      return "connect";
    case CURLE_OPERATION_TIMEDOUT:
      return "timeout";
    case CURLE_ABORTED_BY_CALLBACK:
      return "stopped";
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return "tls";
    case CURLE_LOGIN_DENIED:
      return "log-in";
    default:
      return status >= 400 ? "refused " + std::to_string(status) : "closed";
  }
}

}  // namespace

struct MailTransport::Implementation {
  explicit Implementation(const MailTransportOptions& given) : options(given) {
    start_curl_library();
    handle = curl_easy_init();
    FOOTFALL_CHECK(handle != nullptr);
    curl_easy_setopt(handle, CURLOPT_URL, options.smtp_url.c_str());
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(handle, CURLOPT_PROXY, "");
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, std::min(kConnectMs, static_cast<long>(options.timeout_ms)));
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout_ms));
    curl_easy_setopt(handle, CURLOPT_USE_SSL, static_cast<long>(options.require_tls ? CURLUSESSL_ALL : CURLUSESSL_TRY));
    if (!options.ca_file.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, options.ca_file.c_str());
    if (!options.user.empty()) {
      curl_easy_setopt(handle, CURLOPT_USERNAME, options.user.c_str());
      curl_easy_setopt(handle, CURLOPT_PASSWORD, options.password.c_str());
    }
    curl_easy_setopt(handle, CURLOPT_READFUNCTION, give_next);
    curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, break_off_when_stopped);
    curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
  }
  ~Implementation() { curl_easy_cleanup(handle); }

  SendOutcome send(const MailEnvelope& envelope, const MailText& text, const std::stop_token& stop) const;

  const MailTransportOptions options;
  CURL* handle = nullptr;
};

SendOutcome MailTransport::Implementation::send(const MailEnvelope& envelope, const MailText& text,
                                                const std::stop_token& stop) const {
  const std::string message = mail_message(envelope, text, true);
  Upload upload{message, &stop};
  curl_slist* recipients = curl_slist_append(nullptr, envelope.to.c_str());
  curl_easy_setopt(handle, CURLOPT_MAIL_FROM, envelope.from.email.c_str());
  curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, recipients);
  curl_easy_setopt(handle, CURLOPT_READDATA, &upload);
  curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &upload);
  const CURLcode code = curl_easy_perform(handle);
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  curl_slist_free_all(recipients);
  SendOutcome outcome;
  outcome.sent = code == CURLE_OK;
  if (outcome.sent) return outcome;
  outcome.error = error_of(code, status);
  outcome.is_final = outcome.error.starts_with("refused") && is_about_this_mail(status);
  return outcome;
}

MailTransport::MailTransport(const MailTransportOptions& options)
    : implementation_(std::make_unique<Implementation>(options)) {}
MailTransport::~MailTransport() = default;

SendOutcome MailTransport::send(const MailEnvelope& envelope, const MailText& text, const std::stop_token& stop) {
  const MailTransportOptions& options = implementation_->options;
  if (options.smtp_url.empty()) return write_mail_file(options.directory, envelope, text);
  return implementation_->send(envelope, text, stop);
}

}  // namespace footfall::core
