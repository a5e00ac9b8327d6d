// Owns a file descriptor and closes it. One owner; not thread-safe.
#pragma once

#include <unistd.h>

namespace footfall {

class FileHandle {
 public:
  explicit FileHandle(int number) : number_(number) {}  // negative: open() failed, and there is nothing to close
  ~FileHandle() {
    if (number_ >= 0) ::close(number_);
  }
  FileHandle(const FileHandle&) = delete;
  FileHandle& operator=(const FileHandle&) = delete;

  int number() const { return number_; }

 private:
  const int number_;
};

}  // namespace footfall
