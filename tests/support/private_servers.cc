// A server is started on a port that was free a moment ago, and started again on another one if somebody was faster. It is
// ready when it answers; its log is part of the error when it does not.
#include "tests/support/private_servers.h"

#include <arpa/inet.h>
#include <pwd.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <stdexcept>

#include "tests/support/wait_until.h"

namespace footfall::support {
namespace {

constexpr int kStartTries = 5;  // another program may take the port between our look and the server's bind
const std::filesystem::path kPostgresPrograms = "/usr/lib/postgresql/15/bin";

// Polls until `ready`; false when the server ended or 30 s passed.
template <typename Ready>
bool wait_until_ready(ChildProcess& server, Ready ready) {
  bool is_ready = false;
  wait_until([&] { return (is_ready = server.running() && ready()) || !server.running(); }, std::chrono::seconds(30),
             std::chrono::milliseconds(10));
  return is_ready;
}

template <typename Start>
void start_on_free_port(std::uint16_t& port, Start start) {
  for (int tries = 1;; ++tries) {
    port = free_port();
    try {
      start();
      return;
    } catch (const std::runtime_error&) {
      if (tries == kStartTries) throw;
    }
  }
}

int connect_to(std::uint16_t port) {
  const int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval timeout{5, 0};
  setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  if (connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return connection;
  close(connection);
  return -1;
}

}  // namespace

PrivateRedis::PrivateRedis(std::vector<std::string> extra_arguments)
    : extra_arguments_(std::move(extra_arguments)), port_(0) {
  start_on_free_port(port_, [this] { start(); });
}

void PrivateRedis::start() {
  if (server_.running()) return;
  std::vector<std::string> argv = {
      "redis-server", "--port", std::to_string(port_),     "--bind", "127.0.0.1", "--save", "", "--appendonly",
      "no",           "--dir",  directory_.path().string()};
  argv.insert(argv.end(), extra_arguments_.begin(), extra_arguments_.end());
  ChildOptions options;
  options.output = directory_.path() / "redis.log";
  server_ = ChildProcess(argv, options);
  if (!wait_until_ready(server_, [this] { return command("PING") == "+PONG"; })) {
    server_ = {};
    throw std::runtime_error("redis-server does not start:\n" + read_file(options.output));
  }
}

void PrivateRedis::stop() { server_.stop(SIGTERM); }
void PrivateRedis::kill9() { server_.stop(SIGKILL); }
void PrivateRedis::pause() { server_.signal(SIGSTOP); }
void PrivateRedis::resume() { server_.signal(SIGCONT); }

void PrivateRedis::restart() {
  stop();
  start();
}

void PrivateRedis::flush() {
  if (const std::string reply = command("FLUSHALL"); reply != "+OK") throw std::runtime_error("FLUSHALL: " + reply);
}

std::string PrivateRedis::command(std::string_view line) const {
  const int connection = connect_to(port_);
  if (connection < 0) return {};
  const std::string request = std::string(line) + "\r\n";
  std::string reply;
  if (send(connection, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size())) {
    char buffer[4096];
    ssize_t got = 0;
    while (reply.find("\r\n") == std::string::npos && (got = recv(connection, buffer, sizeof buffer, 0)) > 0) {
      reply.append(buffer, static_cast<std::size_t>(got));
    }
  }
  close(connection);
  return reply.substr(0, reply.find("\r\n"));
}

PrivatePostgres::PrivatePostgres(std::vector<std::string> extra_settings)
    : extra_settings_(std::move(extra_settings)), port_(0) {
  ChildOptions options = as_server_user();
  if (options.uid != 0 && chown(directory_.path().c_str(), options.uid, options.gid) != 0) {
    throw std::runtime_error("chown " + directory_.path().string());
  }
  if (run({kPostgresPrograms / "initdb", "--no-sync", "--username=postgres", "--auth=trust", "--encoding=UTF8",
           "--locale=C.UTF-8", "--pgdata=" + (directory_.path() / "data").string()},
          options) != 0) {
    throw std::runtime_error("initdb fails:\n" + read_file(options.output));
  }
  start_on_free_port(port_, [this] { start(); });
}

PrivatePostgres::~PrivatePostgres() {
  if (server_.running()) crash();  // its children go with it, which a plain kill would not see to
}

ChildOptions PrivatePostgres::as_server_user() const {
  ChildOptions options;
  options.output = directory_.path() / "postgres.log";
  options.death_signal = SIGQUIT;
  if (geteuid() == 0) {
    const passwd* user = getpwnam("postgres");
    if (user == nullptr) throw std::runtime_error("no system user postgres");
    options.uid = user->pw_uid;
    options.gid = user->pw_gid;
  }
  return options;
}

void PrivatePostgres::start() {
  if (server_.running()) return;
  const std::string directory = directory_.path().string();
  std::vector<std::string> argv = {kPostgresPrograms / "postgres", "-D", directory + "/data"};
  std::vector<std::string> settings = {"port=" + std::to_string(port_),
                                       "listen_addresses=127.0.0.1",
                                       "unix_socket_directories=" + directory,
                                       "fsync=off",
                                       "full_page_writes=off",
                                       "shared_buffers=32MB",
                                       "timezone=UTC",
                                       "log_timezone=UTC"};
  settings.insert(settings.end(), extra_settings_.begin(), extra_settings_.end());
  for (const std::string& setting : settings) {
    argv.emplace_back("-c");
    argv.push_back(setting);
  }
  const ChildOptions options = as_server_user();
  server_ = ChildProcess(argv, options);
  const std::vector<std::string> probe = {
      kPostgresPrograms / "pg_isready", "-q", "-h", directory, "-p", std::to_string(port_)};
  if (!wait_until_ready(server_, [&probe] { return run(probe) == 0; })) {
    server_ = {};
    throw std::runtime_error("postgres does not start:\n" + read_file(options.output));
  }
}

void PrivatePostgres::stop() { server_.stop(SIGINT); }
void PrivatePostgres::crash() { server_.stop(SIGQUIT); }

void PrivatePostgres::restart() {
  stop();
  start();
}

std::string PrivatePostgres::url(std::string_view database) const {
  return "postgresql:///" + std::string(database) + "?host=" + directory_.path().string() +
         "&port=" + std::to_string(port_) + "&user=postgres";
}

std::string PrivatePostgres::tcp_url(std::string_view database) const {
  return "postgresql://postgres@127.0.0.1:" + std::to_string(port_) + "/" + std::string(database);
}

std::string PrivatePostgres::fresh_database() {
  const std::string name = "test" + std::to_string(++databases_);
  sql(url(), "CREATE DATABASE " + name);
  return url(name);
}

std::string PrivatePostgres::sql(const std::string& url, const std::string& statement) const {
  ChildOptions options;
  const TempDir scratch;
  options.output = scratch.path() / "output";
  const int status = run({kPostgresPrograms / "psql", "--no-psqlrc", "--quiet", "--no-align", "--tuples-only",
                          "--set=ON_ERROR_STOP=1", "--command=" + statement, url},
                         options);
  std::string output = read_file(options.output);
  if (status != 0) throw std::runtime_error(statement + ":\n" + output);
  if (output.ends_with('\n')) output.pop_back();
  return output;
}

}  // namespace footfall::support
