// A child is forked, and between fork and exec only system calls are made, because other threads may hold locks. The child
// reports a failed exec through a pipe that a successful exec closes.
#include "tests/support/child_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "tests/support/wait_until.h"

namespace footfall::support {
namespace {

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what + ": " + std::strerror(errno)); }

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> out;
  for (const std::string& string : strings) out.push_back(const_cast<char*>(string.c_str()));
  out.push_back(nullptr);
  return out;
}

// In the child, where other threads' locks may be held for ever: system calls only.
[[noreturn]] void become(char* const* argv, char* const* environment, const ChildOptions& options, pid_t parent,
                         int error_pipe, int output) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  bool ready = options.uid == 0 || (setgroups(0, nullptr) == 0 && setgid(options.gid) == 0 && setuid(options.uid) == 0);
  ready = ready && prctl(PR_SET_PDEATHSIG, options.death_signal) == 0 && getppid() == parent;
  ready = ready && dup2(output, 1) == 1 && dup2(output, 2) == 2 && dup2(error_pipe, 3) == 3;
  if (ready) {
    fcntl(3, F_SETFD, FD_CLOEXEC);
    close_range(4, ~0U, 0);  // our sockets must not live on in it
    error_pipe = 3;
    execvpe(argv[0], argv, environment);
  }
  const int error = errno;
  static_cast<void>(!write(error_pipe, &error, sizeof error));
  _exit(127);
}

int exit_code(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

}  // namespace

TempDir::TempDir() {
  const char* base = std::getenv("TMPDIR");
  std::string name = std::string(base == nullptr || *base == '\0' ? "/tmp" : base) + "/footfall-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) fail("mkdtemp " + name);
  path_ = name;
  std::filesystem::permissions(path_, std::filesystem::perms{0755});
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

ChildProcess::ChildProcess(const std::vector<std::string>& argv, const ChildOptions& options) {
  std::vector<std::string> environment = options.environment;
  for (char** entry = environ; *entry != nullptr; ++entry) environment.emplace_back(*entry);
  const std::vector<char*> arguments = pointers(argv);
  const std::vector<char*> variables = pointers(environment);
  const int output = open(options.output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (output < 0) fail("open " + options.output.string());
  int pipe_ends[2];
  if (pipe2(pipe_ends, O_CLOEXEC) != 0) fail("pipe");
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ < 0) fail("fork");
  if (pid_ == 0) become(arguments.data(), variables.data(), options, parent, pipe_ends[1], output);
  close(output);
  close(pipe_ends[1]);
  int error = 0;
  const ssize_t got = read(pipe_ends[0], &error, sizeof error);  // ends empty when exec closes the pipe
  close(pipe_ends[0]);
  if (got == sizeof error) {
    wait();
    errno = error;
    fail("start " + argv[0]);
  }
}

ChildProcess::~ChildProcess() {
  if (running()) stop(SIGKILL);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), status_(std::exchange(other.status_, -1)) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(status_, other.status_);
  return *this;
}

bool ChildProcess::running() {
  if (pid_ < 0) return false;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return true;
  status_ = exit_code(status);
  pid_ = -1;
  return false;
}

void ChildProcess::signal(int number) {
  if (running()) kill(pid_, number);
}

int ChildProcess::stop(int signal_number, std::int64_t timeout_ms) {
  signal(signal_number);
  return wait(timeout_ms);
}

int ChildProcess::wait(std::int64_t timeout_ms) {
  const auto has_ended = [this] { return !running(); };
  if (!wait_until(has_ended, std::chrono::milliseconds(timeout_ms))) {
    kill(pid_, SIGKILL);
    while (!wait_until(has_ended)) {
    }
  }
  return status_;
}

int run(const std::vector<std::string>& argv, const ChildOptions& options) {
  return ChildProcess(argv, options).wait();
}

std::uint16_t free_port() {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (listener < 0 || bind(listener, generic, length) != 0 || getsockname(listener, generic, &length) != 0) {
    fail("free port");
  }
  close(listener);
  return ntohs(address.sin_port);
}

std::string read_file(const std::filesystem::path& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

}  // namespace footfall::support
