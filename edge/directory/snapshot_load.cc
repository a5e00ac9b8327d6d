// The file is read frame by frame, and a frame is taken in only once its checksum has been found right. Nothing is
// served before the end frame has come: whatever is wrong, the content built so far is thrown away.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "edge/directory/content.h"
#include "edge/directory/snapshot.h"
#include "edge/directory/snapshot_format.h"

namespace footfall::edge {
namespace {

class SnapshotReader {
 public:
  explicit SnapshotReader(const std::string& path) : path_(path), file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~SnapshotReader() {
    if (file_ >= 0) ::close(file_);
  }
  SnapshotReader(const SnapshotReader&) = delete;
  SnapshotReader& operator=(const SnapshotReader&) = delete;

  Result<LoadedSnapshot> load() {
    if (file_ < 0 && errno == ENOENT) return not_found("there is no " + path_);
    struct stat status{};
    if (file_ < 0 || ::fstat(file_, &status) != 0) return damaged(std::strerror(errno));
    bytes_ = static_cast<std::uint64_t>(status.st_size);
    ::posix_fadvise(file_, 0, 0, POSIX_FADV_SEQUENTIAL);

    std::array<char, kSnapshotMagic.size()> magic{};
    if (!read(magic.data(), magic.size()) || std::string_view(magic.data(), magic.size()) != kSnapshotMagic) {
      return damaged("it does not begin like a snapshot of this version");
    }
    loaded_.content = std::make_unique<DirectoryContent>();
    while (!ended_) {
      if (const char* wrong = frame(); wrong != nullptr) return damaged(wrong);
    }
    char beyond = 0;
    if (read(&beyond, 1)) return damaged("there is something after its end");
    return std::move(loaded_);
  }

 private:
  Failure damaged(const char* what) const {
    return invalid(path_ + ": " + what + ", at byte " + std::to_string(frame_at_));
  }

  bool read(char* to, std::size_t size) {
    while (size != 0) {
      const ssize_t got = ::read(file_, to, size);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return false;
      to += got;
      size -= static_cast<std::size_t>(got);
      at_ += static_cast<std::uint64_t>(got);
    }
    return true;
  }

  // What is wrong, or null.
  const char* frame() {
    frame_at_ = at_;
    std::array<char, kFrameHeadBytes> head{};
    if (!read(head.data(), head.size())) return "it ends too early";
    const std::uint64_t size = get_fixed(head.data(), 4);
    if (size == 0 || size > kFrameBytesMax + 1) return "a frame has an impossible size";
    buffer_.resize(size);
    if (!read(buffer_.data(), size)) return "it ends too early";
    crc_ = crc32c({buffer_.data(), size}, crc32c({head.data(), 4}, crc_));
    if (crc_ != get_fixed(head.data() + 4, 4)) return "a checksum does not match";

    const auto kind = static_cast<FrameKind>(buffer_[0]);
    const std::string_view payload(buffer_.data() + 1, size - 1);
    if ((kind == FrameKind::start) != !started_) return "its frames are out of order";
    switch (kind) {
      case FrameKind::start:
        return start(payload);
      case FrameKind::secrets:
        return secrets(payload);
      case FrameKind::hosts:
        return hosts(payload);
      case FrameKind::campaigns:
        return records(RecordKind::campaign, payload);
      case FrameKind::keys:
        return records(RecordKind::key, payload);
      case FrameKind::links:
        return records(RecordKind::link, payload);
      case FrameKind::end:
        ended_ = true;
        return payload.size() == 8 && get_fixed(payload.data(), 8) == records_ ? nullptr : "records are missing";
    }
    return "a frame is of an unknown kind";
  }

  const char* start(std::string_view payload) {
    if (payload.size() != 48) return "its first frame is malformed";
    started_ = true;
    loaded_.stamp.position = {get_fixed(payload.data(), 8), get_fixed(payload.data() + 8, 8)};
    loaded_.stamp.as_of_us = static_cast<std::int64_t>(get_fixed(payload.data() + 16, 8));
    const char* counts = payload.data() + 24;
    for (const RecordKind kind : {RecordKind::campaign, RecordKind::key, RecordKind::link}) {
      // No record is shorter than 4 bytes, so the file's size bounds what a count can make us take.
      loaded_.content->reserve(kind, std::min<std::uint64_t>(get_fixed(counts, 8), bytes_ / 4));
      counts += 8;
    }
    return nullptr;
  }

  const char* secrets(std::string_view payload) {
    SecretsEntity entity;
    constexpr std::size_t kKeysBytes = 8 + 2 * sizeof(Key128);
    constexpr std::size_t kSaltBytes = 8 + sizeof(Key128);
    constexpr const char* kWrong = "its secrets are malformed";
    if (payload.size() < kKeysBytes || (payload.size() - kKeysBytes) % kSaltBytes != 0) return kWrong;
    entity.version = get_fixed(payload.data(), 8);
    std::memcpy(entity.keys.tag_key.data(), payload.data() + 8, sizeof(Key128));
    std::memcpy(entity.keys.draw_key.data(), payload.data() + 8 + sizeof(Key128), sizeof(Key128));
    loaded_.content->apply(entity);
    for (payload.remove_prefix(kKeysBytes); !payload.empty(); payload.remove_prefix(kSaltBytes)) {
      wire::VisitorSalt salt{static_cast<std::int64_t>(get_fixed(payload.data(), 8)), {}};
      std::memcpy(salt.salt.data(), payload.data() + 8, sizeof(Key128));
      if (!loaded_.salts.add(salt)) return kWrong;
    }
    return nullptr;
  }

  const char* hosts(std::string_view payload) {
    while (!payload.empty()) {
      std::size_t size = static_cast<std::uint8_t>(payload[0]);
      payload.remove_prefix(1);
      if (size >= 0x80) {
        if (payload.empty()) return "a host is malformed";
        size = (size & 0x7F) | static_cast<std::size_t>(static_cast<std::uint8_t>(payload[0])) << 7;
        payload.remove_prefix(1);
      }
      if (size > payload.size() || !loaded_.content->add_host(payload.substr(0, size))) return "a host is malformed";
      payload.remove_prefix(size);
    }
    return nullptr;
  }

  const char* records(RecordKind kind, std::string_view payload) {
    views_.clear();
    while (!payload.empty()) {
      RecordHead head;
      if (!parse_head(payload.data(), payload.size(), head)) return "a record is malformed";
      views_.push_back(payload.substr(0, head.size));
      payload.remove_prefix(head.size);
    }
    records_ += views_.size();
    return loaded_.content->add_records(kind, views_) ? nullptr : "a record is malformed";
  }

  const std::string& path_;
  int file_;
  std::uint64_t bytes_ = 0;
  std::uint64_t at_ = 0;
  std::uint64_t frame_at_ = 0;
  std::uint32_t crc_ = 0;
  bool started_ = false;
  bool ended_ = false;
  std::uint64_t records_ = 0;
  std::vector<char> buffer_;
  std::vector<std::string_view> views_;
  LoadedSnapshot loaded_;
};

}  // namespace

Result<LoadedSnapshot> load_snapshot(const std::string& path) { return SnapshotReader(path).load(); }

}  // namespace footfall::edge
