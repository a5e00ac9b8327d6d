// Each file has what a read returns and what would survive a power cut; a sync copies the sectors that differ. A write
// that crashes or fails lets any of its sectors reach either.
#include "tests/edge/log/faulty_disk.h"

#include <algorithm>
#include <atomic>
#include <cstring>

#include "proto/base/clock.h"

namespace footfall::edge {
namespace {

Failure failure(const char* code) {
  Error error{ErrorKind::unavailable, ErrorSource::us, true, std::string("faulty disk: ") + code};
  error.code = code;
  return Failure(std::move(error));
}

using Lock = std::lock_guard<std::recursive_mutex>;

FileIdentity new_identity() {
  static std::atomic<std::uint64_t> last{0};
  return {++last, 1};
}

}  // namespace

class FaultyDisk::File final : public DiskFile {
 public:
  File(FaultyDisk& disk, std::string name) : disk_(disk), name_(std::move(name)) {}

  FileIdentity identity() const override {
    const Lock lock(disk_.mutex_);
    const auto found = disk_.files_.find(name_);
    return found == disk_.files_.end() ? FileIdentity{} : found->second.identity;
  }
  Result<void> write(std::uint64_t offset, std::span<const char> blocks) override {
    disk_.wait_for_end_of_stall();
    return on_content([&](Content& content) { return disk_.write(content, offset, blocks, false); });
  }
  Result<void> write_synced(std::uint64_t offset, std::span<const char> blocks) override {
    disk_.wait_for_end_of_stall();
    return on_content([&](Content& content) { return disk_.write(content, offset, blocks, true); });
  }
  Result<void> sync() override {
    disk_.wait_for_end_of_stall();
    return on_content([&](Content& content) { return disk_.sync(content); });
  }
  Result<std::size_t> read(std::uint64_t offset, std::span<char> out) override {
    std::size_t got = 0;
    auto done = on_content([&](Content& content) -> Result<void> {
      if (disk_.reads_fail_) return failure("EIO");
      if (offset < content.seen.size()) {
        got = std::min<std::size_t>(out.size(), content.seen.size() - offset);
        std::memcpy(out.data(), content.seen.data() + offset, got);
      }
      return {};
    });
    if (!done) return std::unexpected(std::move(done.error()));
    return got;
  }

 private:
  template <typename Action>
  Result<void> on_content(Action action) {
    const Lock lock(disk_.mutex_);
    const auto found = disk_.files_.find(name_);
    if (disk_.crashed_ || found == disk_.files_.end()) return failure("EIO");
    return action(found->second);
  }

  FaultyDisk& disk_;
  const std::string name_;
};

void FaultyDisk::crash_after(std::uint64_t operations) {
  const Lock lock(mutex_);
  crash_in_ = operations;
}
void FaultyDisk::fail_writes(unsigned count) {
  const Lock lock(mutex_);
  failing_writes_ = count;
}
void FaultyDisk::fail_lock(std::string code) {
  const Lock lock(mutex_);
  lock_failure_ = std::move(code);
}

Result<void> FaultyDisk::lock() {
  const Lock lock(mutex_);
  if (lock_failure_.empty()) return {};
  return failure(lock_failure_.c_str());
}

void FaultyDisk::fail_reads(bool fails) {
  const Lock lock(mutex_);
  reads_fail_ = fails;
}
void FaultyDisk::set_capacity(std::uint64_t bytes) {
  const Lock lock(mutex_);
  capacity_ = bytes;
}
void FaultyDisk::slow_writes(std::int64_t us) {
  const Lock lock(mutex_);
  write_us_ = us;
}

void FaultyDisk::stall(bool stalls) {
  const std::lock_guard lock(stall_mutex_);
  stalls_ = stalls;
  stall_ended_.notify_all();
}

void FaultyDisk::wait_for_end_of_stall() {
  std::unique_lock lock(stall_mutex_);
  stall_ended_.wait(lock, [this] { return !stalls_; });
}

bool FaultyDisk::step() {
  if (crash_in_ != ~std::uint64_t{0} && crash_in_-- == 0) {
    crashed_ = true;
    crash_in_ = ~std::uint64_t{0};
    return false;
  }
  return true;
}

// Of a write that did not complete any sectors may have reached the medium.
void FaultyDisk::land_some(Content& content, std::uint64_t offset, std::span<const char> blocks) {
  for (std::size_t at = 0; at < blocks.size(); at += kSector) {
    if (random_() % 2 == 0) continue;
    std::memcpy(content.durable.data() + offset + at, blocks.data() + at, kSector);
    std::memcpy(content.seen.data() + offset + at, blocks.data() + at, kSector);
    content.unsynced.erase((offset + at) / kSector);
  }
}

Result<void> FaultyDisk::write(Content& content, std::uint64_t offset, std::span<const char> blocks, bool synced) {
  if (offset % kBlockBytes != 0 || blocks.size() % kBlockBytes != 0 ||
      reinterpret_cast<std::uintptr_t>(blocks.data()) % kBlockBytes != 0 ||
      offset + blocks.size() > content.seen.size()) {
    return failure("EINVAL");
  }
  if (write_us_ != 0) clock_.sleep_us(write_us_);
  if (!step() || failing_writes_ > 0) {
    if (!crashed_) --failing_writes_;
    land_some(content, offset, blocks);
    return failure("EIO");
  }
  std::memcpy(content.seen.data() + offset, blocks.data(), blocks.size());
  for (std::size_t at = 0; at < blocks.size(); at += kSector) {
    const std::uint64_t sector = (offset + at) / kSector;
    if (synced) {
      std::memcpy(content.durable.data() + offset + at, blocks.data() + at, kSector);
      content.unsynced.erase(sector);
    } else {
      content.unsynced.insert(sector);
    }
  }
  return {};
}

Result<void> FaultyDisk::sync(Content& content) {
  const bool crashes = !step();
  const bool fails = crashes || failing_writes_ > 0;
  if (fails && !crashes) --failing_writes_;
  for (const std::uint64_t sector : std::set(content.unsynced)) {
    if (fails && random_() % 2 == 0) continue;
    std::memcpy(content.durable.data() + sector * kSector, content.seen.data() + sector * kSector, kSector);
    content.unsynced.erase(sector);
  }
  if (fails) return failure("EIO");
  return {};
}

void FaultyDisk::power_cut() {
  const Lock lock(mutex_);
  for (auto& [name, content] : files_) {
    for (const std::uint64_t sector : content.unsynced) {
      if (random_() % 2 == 0) continue;
      std::memcpy(content.durable.data() + sector * kSector, content.seen.data() + sector * kSector, kSector);
    }
    content.unsynced.clear();
    content.seen = content.durable;
  }
  kill_process();
}

void FaultyDisk::lose_unsynced() {
  const Lock lock(mutex_);
  for (auto& [name, content] : files_) {
    content.unsynced.clear();
    content.seen = content.durable;
  }
  kill_process();
}

void FaultyDisk::kill_process() {
  const Lock lock(mutex_);
  crashed_ = false;
  crash_in_ = ~std::uint64_t{0};
  failing_writes_ = 0;
  reads_fail_ = false;
}

void FaultyDisk::copy_from(const FaultyDisk& other) {
  const std::scoped_lock lock(mutex_, other.mutex_);
  files_ = other.files_;
  for (auto& [name, content] : files_) content.identity = new_identity();
}

void FaultyDisk::zero(const std::string& name, std::uint64_t offset, std::uint64_t bytes) {
  std::memset(files_.at(name).seen.data() + offset, 0, bytes);
  sync_file(name);
}

void FaultyDisk::truncate(const std::string& name, std::uint64_t bytes) {
  files_.at(name).seen.resize(bytes);
  sync_file(name);
}

void FaultyDisk::sync_file(const std::string& name) {
  Content& content = files_.at(name);
  content.durable = content.seen;
  content.unsynced.clear();
}

std::vector<std::string> FaultyDisk::names() const {
  std::vector<std::string> names;
  for (const auto& [name, content] : files_) names.push_back(name);
  return names;
}

Result<std::vector<DiskFileInfo>> FaultyDisk::list() {
  const Lock lock(mutex_);
  if (crashed_) return failure("EIO");
  std::vector<DiskFileInfo> files;
  for (const auto& [name, content] : files_) files.push_back({name, content.seen.size(), 1});
  return files;
}

Result<void> FaultyDisk::create(const std::string& name, std::uint64_t bytes, bool) {
  const Lock lock(mutex_);
  if (crashed_ || !step()) return failure("EIO");
  std::uint64_t used = bytes;
  for (const auto& [other, content] : files_) used += content.seen.size();
  if (used > capacity_) return failure("ENOSPC");
  files_[name] = {std::string(bytes, '\0'), std::string(bytes, '\0'), {}, new_identity()};
  return {};
}

Result<std::unique_ptr<DiskFile>> FaultyDisk::open(const std::string& name) {
  const Lock lock(mutex_);
  if (crashed_ || !files_.contains(name)) return failure("ENOENT");
  return std::make_unique<File>(*this, name);
}

Result<void> FaultyDisk::remove(const std::string& name) {
  const Lock lock(mutex_);
  if (crashed_ || !step()) return failure("EIO");
  files_.erase(name);
  return {};
}

namespace {

class BorrowedDisk final : public Disk {
 public:
  explicit BorrowedDisk(FaultyDisk& disk) : disk_(disk) {}
  Result<void> lock() override { return disk_.lock(); }
  Result<std::vector<DiskFileInfo>> list() override { return disk_.list(); }
  Result<void> create(const std::string& name, std::uint64_t bytes, bool urgent) override {
    return disk_.create(name, bytes, urgent);
  }
  Result<std::unique_ptr<DiskFile>> open(const std::string& name) override { return disk_.open(name); }
  Result<void> remove(const std::string& name) override { return disk_.remove(name); }

 private:
  FaultyDisk& disk_;
};

}  // namespace

std::unique_ptr<Disk> FaultyDisk::borrowed() { return std::make_unique<BorrowedDisk>(*this); }

}  // namespace footfall::edge
