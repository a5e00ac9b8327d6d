// The file operations that the log needs, as an interface. FileDisk is the real one; tests use one that fails on
// command.
//
// All offsets and sizes written are multiples of kBlockBytes, and what is written lies in an AlignedBuffer, because the
// real disk writes past the page cache (O_DIRECT). Errors carry the errno's name in `code`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "proto/base/result.h"

namespace footfall::edge {

inline constexpr std::size_t kBlockBytes = 4096;

// Memory that O_DIRECT accepts; zeroed.
class AlignedBuffer {
 public:
  explicit AlignedBuffer(std::size_t bytes);
  char* data() { return data_.get(); }
  const char* data() const { return data_.get(); }
  std::size_t size() const { return bytes_; }

 private:
  struct Free {
    void operator()(char* memory) const { std::free(memory); }
  };
  std::unique_ptr<char, Free> data_;
  std::size_t bytes_;
};

// Tells a file from its copies: a copy has another inode or another time of birth, whatever else was preserved.
struct FileIdentity {
  std::uint64_t inode = 0;
  std::int64_t born_ns = 0;  // since 1970; 0: the file system does not say
  bool operator==(const FileIdentity&) const = default;
};

// One thread at a time.
class DiskFile {
 public:
  virtual ~DiskFile() = default;
  virtual FileIdentity identity() const = 0;
  virtual Result<void> write(std::uint64_t offset,
                             std::span<const char> blocks) = 0;  // durable after sync()
  virtual Result<void> write_synced(std::uint64_t offset,
                                    std::span<const char> blocks) = 0;  // durable on return
  virtual Result<void> sync() = 0;
  // Fills `out`; less only at the end of the file.
  virtual Result<std::size_t> read(std::uint64_t offset, std::span<char> out) = 0;
};

struct DiskFileInfo {
  std::string name;
  std::uint64_t bytes = 0;
  std::int64_t modified_us = 0;  // wall time
};

// Thread-safe.
class Disk {
 public:
  virtual ~Disk() = default;
  // Makes the directory if absent and locks it against a second process until the Disk goes.
  virtual Result<void> lock() = 0;
  virtual Result<std::vector<DiskFileInfo>> list() = 0;
  // A file of `bytes` zeros, allocated and durable with its name; on an error there is none. `urgent`: as fast as it
  // can, otherwise paced, so that zeroing does not slow the syncs of the file in use.
  virtual Result<void> create(const std::string& name, std::uint64_t bytes, bool urgent) = 0;
  virtual Result<std::unique_ptr<DiskFile>> open(const std::string& name) = 0;
  virtual Result<void> remove(const std::string& name) = 0;
};

std::unique_ptr<Disk> make_file_disk(std::string directory);

}  // namespace footfall::edge
