// Records are copied frame by frame into one buffer while the content keeps changing. The slots through which they are
// found never move an entity, so each is seen once. The file is synced in pieces, so that it never fills the queue of
// the disk, which the click log shares.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "edge/directory/content.h"
#include "edge/directory/snapshot.h"
#include "edge/directory/snapshot_format.h"
#include "proto/base/file_handle.h"
#include "proto/base/lifecycle.h"

namespace footfall::edge {
namespace {

constexpr std::uint64_t kSyncBytes = 8 << 20;

Failure system_failure(const char* what, const std::string& path) {
  const int number = errno;
  return Failure(Error{ErrorKind::unavailable, ErrorSource::us, true,
                       std::string(what) + " " + path + ": " + std::strerror(number)});
}

class FrameWriter {
 public:
  FrameWriter(int file, const std::string& path, const SaveLimits& limits, const Clock& clock,
              const std::stop_token& stop)
      : file_(file), path_(path), limits_(limits), clock_(clock), stop_(stop), began_us_(clock.steady_us()) {}

  Result<void> raw(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(file_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return system_failure("writing", path_);
      bytes.remove_prefix(static_cast<std::size_t>(written));
      written_ += static_cast<std::uint64_t>(written);
    }
    return {};
  }

  Result<void> frame(FrameKind kind, std::string_view payload) {
    std::string head;
    put_fixed(head, payload.size() + 1, 4);
    const char kind_byte = static_cast<char>(kind);
    crc_ = crc32c(payload, crc32c({&kind_byte, 1}, crc32c(head, crc_)));
    put_fixed(head, crc_, 4);
    head.push_back(kind_byte);
    if (auto done = raw(head); !done) return done;
    if (auto done = raw(payload); !done) return done;
    if (written_ - synced_ >= kSyncBytes) {
      if (auto done = sync(); !done) return done;
    }
    return pace();
  }

  Result<void> sync() {
    synced_ = written_;
    if (::fdatasync(file_) != 0) return system_failure("syncing", path_);
    return {};
  }
  std::uint64_t written() const { return written_; }

 private:
  Result<void> pace() const {
    std::int64_t wait_us = 0;
    if (limits_.bytes_per_s_max > 0) {
      const auto due_us =
          static_cast<std::int64_t>(static_cast<double>(written_) * 1e6 / static_cast<double>(limits_.bytes_per_s_max));
      wait_us = began_us_ + due_us - clock_.steady_us();
    }
    if (stop_.stop_requested() || (wait_us > 1'000 && sleep_or_stop(stop_, wait_us))) {
      return Failure(Error{ErrorKind::unavailable, ErrorSource::us, true, "saving was stopped", "stopped"});
    }
    return {};
  }

  int file_;
  const std::string& path_;
  const SaveLimits& limits_;
  const Clock& clock_;
  const std::stop_token& stop_;
  std::int64_t began_us_;
  std::uint32_t crc_ = 0;
  std::uint64_t written_ = 0;
  std::uint64_t synced_ = 0;
};

void put_text(std::string& out, std::string_view text) {  // a host name: at most 255 bytes
  std::size_t size = text.size();
  for (; size >= 0x80; size >>= 7) out.push_back(static_cast<char>(size | 0x80));
  out.push_back(static_cast<char>(size));
  out.append(text);
}

// Writes the parts of one content in order.
class ContentWriter {
 public:
  ContentWriter(FrameWriter& out, const DirectoryContent& content, const VisitorSalts& salts)
      : out_(out), content_(content), salts_(salts) {
    payload_.reserve(kFrameBytesMax);
  }

  Result<std::uint64_t> write(const SnapshotStamp& stamp) {
    Result<void> done = out_.raw(kSnapshotMagic);
    if (done) done = start(stamp);
    if (done) done = secrets();
    if (done) done = table(FrameKind::campaigns, RecordKind::campaign);
    if (done) done = table(FrameKind::keys, RecordKind::key);
    if (done) done = table(FrameKind::links, RecordKind::link);
    if (done) {
      put_fixed(payload_, records_, 8);
      done = flush(FrameKind::end);
    }
    if (done) done = out_.sync();
    if (!done) return std::unexpected(done.error());
    return records_;
  }

 private:
  Result<void> flush(FrameKind kind) {
    Result<void> done = out_.frame(kind, payload_);
    payload_.clear();
    return done;
  }

  Result<void> start(const SnapshotStamp& stamp) {
    put_fixed(payload_, stamp.position.epoch, 8);
    put_fixed(payload_, stamp.position.version, 8);
    put_fixed(payload_, static_cast<std::uint64_t>(stamp.as_of_us), 8);
    for (const RecordKind kind : {RecordKind::campaign, RecordKind::key, RecordKind::link}) {
      put_fixed(payload_, content_.table(kind).live(), 8);
    }
    return flush(FrameKind::start);
  }

  Result<void> secrets() {
    const std::optional<SecretsEntity> secrets = content_.secrets();
    if (!secrets) return {};
    put_fixed(payload_, secrets->version, 8);
    for (const Key128* key : {&secrets->keys.tag_key, &secrets->keys.draw_key}) {
      payload_.append(reinterpret_cast<const char*>(key->data()), key->size());
    }
    for (const wire::VisitorSalt& salt : salts_.all()) {
      put_fixed(payload_, static_cast<std::uint64_t>(salt.day), 8);
      payload_.append(reinterpret_cast<const char*>(salt.salt.data()), salt.salt.size());
    }
    return flush(FrameKind::secrets);
  }

  // A host may be new since the last frame; whatever names it was read before this.
  Result<void> new_hosts() {
    std::string names;
    Result<void> done;
    const std::size_t known = content_.hosts().size();
    while (done && hosts_ < known) {
      put_text(names, content_.hosts().at(static_cast<std::uint32_t>(hosts_++)));
      if (hosts_ == known || names.size() + kHostBytesMax + 2 > kFrameBytesMax) {
        done = out_.frame(FrameKind::hosts, names);
        names.clear();
      }
    }
    return done;
  }

  Result<void> table(FrameKind kind, RecordKind record_kind) {
    Result<void> done;
    const auto close = [&] {
      if (kind == FrameKind::links) done = new_hosts();
      if (done) done = flush(kind);
      return done.has_value();
    };
    content_.table(record_kind).for_each([&](const char* record) {
      RecordHead head;
      parse_head(record, kRecordBytesMax, head);
      if (head.deleted) return true;
      if (payload_.size() + head.size > kFrameBytesMax && !close()) return false;
      payload_.append(record, head.size);
      ++records_;
      return true;
    });
    if (done && !payload_.empty()) close();
    return done;
  }

  FrameWriter& out_;
  const DirectoryContent& content_;
  const VisitorSalts& salts_;
  std::string payload_;
  std::size_t hosts_ = 0;
  std::uint64_t records_ = 0;
};

Result<void> sync_folder_of(const std::string& path) {
  std::string folder = std::filesystem::path(path).parent_path().string();
  if (folder.empty()) folder = ".";
  const FileHandle opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.number() < 0 || ::fsync(opened.number()) != 0) return system_failure("syncing", folder);
  return {};
}

}  // namespace

Result<SavedSnapshot> save_snapshot(const DirectoryContent& content, const VisitorSalts& salts,
                                    const SnapshotStamp& stamp, const std::string& path, const SaveLimits& limits,
                                    const Clock& clock, const std::stop_token& stop) {
  // Made here and not once at the start, because the file system may have been unusable then.
  std::error_code ignored;  // creating the file says it better
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
  const std::string beside = path + ".new";
  ::unlink(beside.c_str());
  const FileHandle file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.number() < 0) return system_failure("creating", beside);
  FrameWriter out(file.number(), beside, limits, clock, stop);
  const Result<std::uint64_t> records = ContentWriter(out, content, salts).write(stamp);
  if (!records) {
    ::unlink(beside.c_str());
    return std::unexpected(records.error());
  }
  if (::rename(beside.c_str(), path.c_str()) != 0) return system_failure("renaming", beside);
  if (auto done = sync_folder_of(path); !done) return std::unexpected(done.error());
  return SavedSnapshot{*records, out.written()};
}

}  // namespace footfall::edge
