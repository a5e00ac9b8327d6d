#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "core/outgoing/mail_transport.h"

namespace footfall::core {
namespace {

constexpr mode_t kFolderMode = 0700;
constexpr mode_t kFileMode = 0600;

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

SendOutcome write_mail_file(const std::string& directory, const MailEnvelope& envelope, const MailText& text) {
  (void)mkdir(directory.c_str(), kFolderMode);  // what fails here fails below
  const std::string name = directory + "/" + std::to_string(envelope.sent_us) + "-" + envelope.public_id + ".eml";
  const std::string unfinished = name + ".part";
  const int file = open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kFileMode);
  if (file < 0) return {.error = "file"};
  const bool is_written = write_all(file, mail_message(envelope, text, false));
  const bool is_whole = close(file) == 0 && is_written && rename(unfinished.c_str(), name.c_str()) == 0;
  if (!is_whole) return {.error = "file"};
  return {.sent = true, .error = {}};
}

}  // namespace footfall::core
