// Programs that a test starts, and a directory for what they write. Everything ends with the object; and a test that is
// killed takes its children along, for each asks the kernel for a signal when the thread that started it dies.
// Not thread-safe: use each object from one thread, and start it from one that lives as long as it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace footfall::support {

// An empty directory under TMPDIR (or /tmp), world-readable, removed at the end.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

struct ChildOptions {
  std::filesystem::path output = "/dev/null";  // standard output and error, appended
  std::vector<std::string> environment;        // NAME=value, beside ours
  uid_t uid = 0;                               // other than 0: become this user first (needs root)
  gid_t gid = 0;
  int death_signal = 9;  // what it gets when we die
};

// A running program. The destructor kills it at once; stop it before if its manners matter.
class ChildProcess {
 public:
  ChildProcess() = default;
  // argv[0] is an absolute path or is found in PATH. Throws std::runtime_error if it cannot be executed.
  ChildProcess(const std::vector<std::string>& argv, const ChildOptions& options = {});
  ~ChildProcess();
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;

  bool running();  // false too when it was never started
  pid_t pid() const { return pid_; }
  void signal(int number);
  // Signals, waits, and kills after `timeout_ms`. The exit status, or 128 + signal; -1 if it was not running.
  int stop(int signal_number, std::int64_t timeout_ms = 15'000);
  int wait(std::int64_t timeout_ms = 60'000);  // for one that ends by itself; killed after the timeout

 private:
  pid_t pid_ = -1;
  int status_ = -1;
};

// Runs a program to its end: its exit status. Output goes to options.output.
int run(const std::vector<std::string>& argv, const ChildOptions& options = {});

// A TCP port on 127.0.0.1 that was free a moment ago.
std::uint16_t free_port();

std::string read_file(const std::filesystem::path& path);  // empty if it cannot be read

}  // namespace footfall::support
