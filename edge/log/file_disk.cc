// Files are opened with O_DIRECT, and a synced write is one pwritev2 with RWF_DSYNC: on blocks that are allocated and
// written already, that is a single request to the device with no journal behind it. A file system that refuses either
// gets plain writes and fdatasync. Reads go through the page cache by a descriptor of their own.
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "edge/log/disk.h"
#include "proto/base/clock.h"
#include "proto/base/logging.h"

namespace footfall::edge {
namespace {

constexpr std::size_t kZeroChunkBytes = 256 << 10;  // a sync that meets one waits for so much at most
constexpr std::int64_t kZeroPauseUs = 2'000;        // about 100 MB/s when not urgent
constexpr const char* kUnfinished = "unfinished-";

class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_;
};

Failure disk_failure(const std::string& what, int error) {
  const char* name = strerrorname_np(error);
  Error failure{ErrorKind::unavailable, ErrorSource::us, true, what + ": " + std::strerror(error)};
  failure.code = name != nullptr ? name : std::to_string(error);
  return Failure(std::move(failure));
}

class File final : public DiskFile {
 public:
  File(std::string path, Descriptor direct, Descriptor reading)
      : path_(std::move(path)), direct_(std::move(direct)), reading_(std::move(reading)) {}

  FileIdentity identity() const override {
    struct statx facts{};
    if (::statx(reading_.get(), "", AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &facts) != 0) return {};
    const bool has_birth = (facts.stx_mask & STATX_BTIME) != 0;
    return {facts.stx_ino, has_birth ? facts.stx_btime.tv_sec * 1'000'000'000ll + facts.stx_btime.tv_nsec : 0};
  }

  Result<void> write(std::uint64_t offset, std::span<const char> blocks) override {
    return write_with(offset, blocks, 0);
  }

  Result<void> write_synced(std::uint64_t offset, std::span<const char> blocks) override {
    if (has_dsync_) {
      auto written = write_with(offset, blocks, RWF_DSYNC);
      if (written || written.error().code != "EOPNOTSUPP") return written;
      has_dsync_ = false;
    }
    if (auto written = write_with(offset, blocks, 0); !written) return written;
    return sync();
  }

  Result<void> sync() override {
    if (::fdatasync(direct_.get()) != 0) return disk_failure("sync " + path_, errno);
    return {};
  }

  Result<std::size_t> read(std::uint64_t offset, std::span<char> out) override {
    std::size_t total = 0;
    while (total < out.size()) {
      const ssize_t got =
          ::pread(reading_.get(), out.data() + total, out.size() - total, static_cast<off_t>(offset + total));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return disk_failure("read " + path_, errno);
      if (got == 0) break;
      total += static_cast<std::size_t>(got);
    }
    return total;
  }

 private:
  // A short write is finished, as each call is durable by itself; only then is the whole acknowledged.
  Result<void> write_with(std::uint64_t offset, std::span<const char> blocks, int flags) {
    while (!blocks.empty()) {
      const iovec piece{const_cast<char*>(blocks.data()), blocks.size()};
      const ssize_t written = ::pwritev2(direct_.get(), &piece, 1, static_cast<off_t>(offset), flags);
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return disk_failure("write " + path_, written < 0 ? errno : EIO);
      offset += static_cast<std::uint64_t>(written);
      blocks = blocks.subspan(static_cast<std::size_t>(written));
    }
    return {};
  }

  const std::string path_;
  Descriptor direct_;
  Descriptor reading_;
  bool has_dsync_ = true;
};

class FileDisk final : public Disk {
 public:
  explicit FileDisk(std::string directory) : directory_(std::move(directory)) {}

  Result<void> lock() override {
    if (auto made = make_directory(directory_); !made) return made;
    lock_ = Descriptor(::open(path("LOCK").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!lock_) return disk_failure("open " + path("LOCK"), errno);
    if (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) {
        return conflict("log directory " + directory_ + " is in use by another process");
      }
      return disk_failure("lock " + directory_, errno);
    }
    return {};
  }

  Result<std::vector<DiskFileInfo>> list() override {
    std::vector<DiskFileInfo> files;
    std::error_code failure;
    for (auto entry = std::filesystem::directory_iterator(directory_, failure);
         !failure && entry != std::filesystem::directory_iterator(); entry.increment(failure)) {
      const std::string name = entry->path().filename().string();
      if (name.starts_with(kUnfinished)) {
        ::unlink(entry->path().c_str());
      } else if (struct stat facts{}; ::stat(entry->path().c_str(), &facts) == 0 && S_ISREG(facts.st_mode)) {
        files.push_back({name, static_cast<std::uint64_t>(facts.st_size),
                         facts.st_mtim.tv_sec * 1'000'000ll + facts.st_mtim.tv_nsec / 1000});
      }
    }
    if (failure) return disk_failure("list " + directory_, failure.value());
    return files;
  }

  Result<void> create(const std::string& name, std::uint64_t bytes, bool urgent) override {
    const std::string unfinished = path(kUnfinished + name);
    auto filled = fill(unfinished, bytes, urgent);
    if (filled && ::rename(unfinished.c_str(), path(name).c_str()) != 0) {
      filled = disk_failure("rename " + unfinished, errno);
    }
    if (filled) filled = sync_directory();
    if (!filled) {
      ::unlink(unfinished.c_str());
      ::unlink(path(name).c_str());
    }
    return filled;
  }

  Result<std::unique_ptr<DiskFile>> open(const std::string& name) override {
    Descriptor direct = open_direct(path(name), 0);
    if (!direct) return disk_failure("open " + path(name), errno);
    Descriptor reading(::open(path(name).c_str(), O_RDONLY | O_CLOEXEC));
    if (!reading) return disk_failure("open " + path(name), errno);
    return std::make_unique<File>(path(name), std::move(direct), std::move(reading));
  }

  Result<void> remove(const std::string& name) override {
    if (::unlink(path(name).c_str()) != 0 && errno != ENOENT) {
      return disk_failure("remove " + path(name), errno);
    }
    return sync_directory();
  }

 private:
  std::string path(const std::string& name) const { return directory_ + "/" + name; }

  static Descriptor open_direct(const std::string& path, int flags) {
    Descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_DIRECT | flags, 0600));
    if (!file && errno == EINVAL) file = Descriptor(::open(path.c_str(), O_RDWR | O_CLOEXEC | flags, 0600));
    return file;
  }

  static Result<void> fill(const std::string& path, std::uint64_t bytes, bool urgent) {
    const Descriptor file = open_direct(path, O_CREAT | O_TRUNC);
    if (!file) return disk_failure("create " + path, errno);
    if (const int error = ::posix_fallocate(file.get(), 0, static_cast<off_t>(bytes)); error != 0) {
      return disk_failure("allocate " + path, error);
    }
    const AlignedBuffer zeros(kZeroChunkBytes);
    for (std::uint64_t offset = 0; offset < bytes;) {
      const std::size_t size = std::min<std::uint64_t>(kZeroChunkBytes, bytes - offset);
      const ssize_t written = ::pwrite(file.get(), zeros.data(), size, static_cast<off_t>(offset));
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return disk_failure("zero " + path, written < 0 ? errno : EIO);
      offset += static_cast<std::uint64_t>(written);
      if (!urgent) system_clock().sleep_us(kZeroPauseUs);
    }
    if (::fsync(file.get()) != 0) return disk_failure("sync " + path, errno);
    return {};
  }

  // With every missing parent, each durable in its own parent: a power cut must not take the directory away from under
  // acknowledged clicks.
  static Result<void> make_directory(const std::filesystem::path& path) {
    std::error_code failure;
    if (std::filesystem::is_directory(path, failure)) return {};
    const std::filesystem::path absolute = std::filesystem::absolute(path).lexically_normal();
    const std::filesystem::path parent = absolute.parent_path();
    if (parent != absolute) {
      if (auto made = make_directory(parent); !made) return made;
    }
    if (::mkdir(absolute.c_str(), 0700) != 0 && errno != EEXIST) {
      return disk_failure("make directory " + absolute.string(), errno);
    }
    return sync_directory(parent.string());
  }

  Result<void> sync_directory() const { return sync_directory(directory_); }
  static Result<void> sync_directory(const std::string& path) {
    const Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory || ::fsync(directory.get()) != 0) return disk_failure("sync " + path, errno);
    return {};
  }

  const std::string directory_;
  Descriptor lock_;
};

}  // namespace

AlignedBuffer::AlignedBuffer(std::size_t bytes)
    : data_(static_cast<char*>(std::aligned_alloc(kBlockBytes, bytes))), bytes_(bytes) {
  FOOTFALL_CHECK(bytes % kBlockBytes == 0 && data_ != nullptr);
  std::memset(data_.get(), 0, bytes);
}

std::unique_ptr<Disk> make_file_disk(std::string directory) { return std::make_unique<FileDisk>(std::move(directory)); }

}  // namespace footfall::edge
