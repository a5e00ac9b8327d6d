// A disk in memory that fails on command: EIO, a full disk, a crash in the middle of any write, bit
// flips. What was written but not synced survives a power cut sector by sector, by chance; a kill
// of the process leaves it all.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "edge/log/disk.h"
#include "proto/base/clock.h"

namespace footfall::edge {

class FaultyDisk final : public Disk {
 public:
  // Slow writes sleep by `clock`, which outlives the disk.
  explicit FaultyDisk(std::uint64_t seed = 1, Clock& clock = system_clock()) : random_(seed), clock_(clock) {}

  // --- faults
  void crash_after(std::uint64_t operations);  // writes, syncs, creations, removals
  bool crashed() const { return crashed_; }
  void fail_writes(unsigned count);  // the next so many writes and syncs
  void fail_reads(bool fails);
  void fail_lock(std::string code);        // an errno's name, or empty: locking works
  void set_capacity(std::uint64_t bytes);  // of all files
  void slow_writes(std::int64_t us);
  void stall(bool stalls);  // writes and syncs wait for the end of it; reads go on
  void power_cut();         // and the machine is up again
  void lose_unsynced();     // a power cut after which nothing that was not synced is left
  void kill_process();      // the same for the process alone
  void flip_bit(const std::string& name, std::uint64_t offset) {
    files_.at(name).seen[offset] ^= 1;
    sync_file(name);
  }
  void copy_from(const FaultyDisk& other);  // as a copied directory or a cloned machine
  void zero(const std::string& name, std::uint64_t offset, std::uint64_t bytes);
  void truncate(const std::string& name, std::uint64_t bytes);
  std::vector<std::string> names() const;
  std::string& content(const std::string& name) { return files_.at(name).seen; }
  void sync_file(const std::string& name);  // after changing content(): make it durable

  // --- Disk
  Result<void> lock() override;
  Result<std::vector<DiskFileInfo>> list() override;
  Result<void> create(const std::string& name, std::uint64_t bytes, bool urgent) override;
  Result<std::unique_ptr<DiskFile>> open(const std::string& name) override;
  Result<void> remove(const std::string& name) override;

  // A disk that another owner (FileClickLog) may destroy while this one lives on.
  std::unique_ptr<Disk> borrowed();

 private:
  static constexpr std::size_t kSector = 512;
  struct Content {
    std::string seen;  // what a read returns
    std::string durable;
    std::set<std::uint64_t> unsynced;  // sectors in which they differ
    FileIdentity identity;
  };
  class File;
  friend class File;

  void wait_for_end_of_stall();
  bool step();  // false: the crash happens in this very operation
  void land_some(Content& content, std::uint64_t offset, std::span<const char> blocks);
  Result<void> write(Content& content, std::uint64_t offset, std::span<const char> blocks, bool synced);
  Result<void> sync(Content& content);

  mutable std::recursive_mutex mutex_;
  std::mt19937_64 random_;
  Clock& clock_;
  std::map<std::string, Content> files_;
  std::uint64_t crash_in_ = ~std::uint64_t{0};
  bool crashed_ = false;
  unsigned failing_writes_ = 0;
  bool reads_fail_ = false;
  std::string lock_failure_;
  std::int64_t write_us_ = 0;
  std::mutex stall_mutex_;
  std::condition_variable stall_ended_;
  bool stalls_ = false;
  std::uint64_t capacity_ = ~std::uint64_t{0};
};

}  // namespace footfall::edge
