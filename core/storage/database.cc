// A statement is prepared when its text is used a second time: one that is used once (a migration, a command of the
// operator) costs one round trip, and one that is used often is planned once. Nothing is repeated without the caller's
// knowledge except BEGIN, which has no effect yet: otherwise the first call after a restart of PostgreSQL would always
// fail.
#include "core/storage/database.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <random>
#include <unordered_map>

#include "proto/base/clock.h"

namespace footfall::core {
namespace {

constexpr std::size_t kStatementsMax = 1024;      // texts remembered per connection
constexpr std::size_t kCopyChunkBytes = 1 << 20;  // PQputCopyData takes an int

struct ResultDeleter {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultPointer = std::unique_ptr<PGresult, ResultDeleter>;

std::string trimmed(const char* message) {
  std::string text = message ? message : "";
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

bool passes_by_itself(std::string_view state) {
  static constexpr std::array<std::string_view, 4> kClasses = {"08", "40", "53", "57"};
  return state == "55P03" || std::any_of(kClasses.begin(), kClasses.end(),
                                         [&](std::string_view prefix) { return state.starts_with(prefix); });
}

Failure failure_of(const PGresult* result) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  Error error{ErrorKind::internal, ErrorSource::postgres, false,
              trimmed(PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY)), state ? state : ""};
  if (const char* detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL)) {
    error.message += " (" + trimmed(detail) + ")";
  }
  if (passes_by_itself(error.code)) {
    error.kind = ErrorKind::unavailable;
    error.retryable = true;
  }
  return Failure(std::move(error));
}

void ignore_notice(void*, const PGresult*) {}

}  // namespace

struct Database::Implementation {
  struct Statement {
    std::string name;
    bool prepared = false;
  };
  struct ConnectionDeleter {
    void operator()(PGconn* closed) const { PQfinish(closed); }
  };

  std::string url;
  std::string application;
  std::unique_ptr<PGconn, ConnectionDeleter> connection;
  std::unordered_map<std::string, Statement> statements;
  bool in_transaction = false;
  bool begins_here_only = false;
  std::string channel;  // that the connection is subscribed to

  void drop() {
    connection.reset();
    statements.clear();
    channel.clear();
    begins_here_only = false;
  }
  bool alive() const { return connection && PQstatus(connection.get()) == CONNECTION_OK; }

  Result<void> connect() {
    if (alive()) return {};
    if (in_transaction) {
      return Failure(Error{ErrorKind::unavailable, ErrorSource::postgres, true,
                           "the connection to PostgreSQL was lost inside a transaction", "08006"});
    }
    drop();
    // What the URL says wins over what stands before it.
    const char* keywords[] = {"connect_timeout",           "tcp_user_timeout", "keepalives_idle", "keepalives_interval",
                              "fallback_application_name", "dbname",           "client_encoding", nullptr};
    const char* values[] = {"3", "15000", "10", "5", application.c_str(), url.c_str(), "UTF8", nullptr};
    connection.reset(PQconnectdbParams(keywords, values, 1));
    if (!alive()) {
      auto error = Error{ErrorKind::unavailable, ErrorSource::postgres, true,
                         "cannot connect to PostgreSQL: " + trimmed(PQerrorMessage(connection.get())), "08001"};
      drop();
      return Failure(std::move(error));
    }
    PQsetNoticeReceiver(connection.get(), ignore_notice, nullptr);
    // Every statement of core is short: compiling one costs more than it can save.
    auto settled = taken(PQexec(connection.get(), "SET TimeZone = 'UTC'; SET bytea_output = 'hex'; SET jit = off"));
    if (!settled) return Failure(settled.error());
    return {};
  }

  // Takes ownership of a result and tells success from failure.
  Result<Rows> taken(PGresult* raw) {
    ResultPointer result(raw);
    if (!alive()) {
      auto message = "the connection to PostgreSQL was lost: " + trimmed(PQerrorMessage(connection.get()));
      drop();
      return Failure(Error{ErrorKind::unavailable, ErrorSource::postgres, true, std::move(message), "08006"});
    }
    if (!result)
      return Failure(
          Error{ErrorKind::internal, ErrorSource::postgres, false, trimmed(PQerrorMessage(connection.get())), ""});
    switch (PQresultStatus(result.get())) {
      case PGRES_TUPLES_OK:
      case PGRES_COMMAND_OK:
      case PGRES_EMPTY_QUERY:
      case PGRES_COPY_IN:
      case PGRES_COPY_OUT:
        return Rows(result.release());
      default:
        return failure_of(result.get());
    }
  }

  // The result that ends a COPY; earlier ones carry an error or nothing.
  Result<Rows> drained() {
    Result<Rows> outcome = Rows();
    bool failed = false;
    while (PGresult* next = PQgetResult(connection.get())) {
      auto result = taken(next);
      if (!result && !connection) return result;
      if (!failed) outcome = std::move(result);
      failed = !outcome;
    }
    if (!failed && !alive()) return taken(nullptr);
    return outcome;
  }

  Result<Rows> run(std::string_view sql, std::span<const Param> parameters);
};

Result<Rows> Database::Implementation::run(std::string_view sql, std::span<const Param> parameters) {
  if (auto connected = connect(); !connected) return Failure(connected.error());
  std::vector<const char*> values;
  values.reserve(parameters.size());
  for (const auto& parameter : parameters) values.push_back(parameter.c_str());
  const int count = static_cast<int>(values.size());

  const std::string text(sql);
  auto known = statements.find(text);
  if (known == statements.end()) {
    // The text of some statements contains a day, and there are many days. When the limit is reached all prepared
    // statements are forgotten, so that old texts do not keep out the ones in use.
    if (statements.size() == kStatementsMax) {
      if (auto forgotten = taken(PQexec(connection.get(), "deallocate all")); !forgotten) return forgotten;
      statements.clear();
    }
    statements.emplace(text, Statement{"s" + std::to_string(statements.size()), false});
    return taken(PQexecParams(connection.get(), text.c_str(), count, nullptr, values.data(), nullptr, nullptr, 0));
  }
  if (!known->second.prepared) {
    auto prepared = taken(PQprepare(connection.get(), known->second.name.c_str(), text.c_str(), count, nullptr));
    if (!prepared) return prepared;
    known->second.prepared = true;
  }
  auto rows =
      taken(PQexecPrepared(connection.get(), known->second.name.c_str(), count, values.data(), nullptr, nullptr, 0));
  // A migration changed what the statement returns; its plan is of no more use.
  if (!rows && rows.error().code == "0A000" && !in_transaction) drop();
  return rows;
}

Database::Database(std::string url, std::string application) : implementation_(new Implementation) {
  implementation_->url = std::move(url);
  implementation_->application = std::move(application);
}
Database::~Database() = default;
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;

Result<Rows> Database::query(std::string_view sql, std::initializer_list<Param> parameters) {
  return implementation_->run(sql, std::span(parameters.begin(), parameters.size()));
}

Result<Rows> Database::query(std::string_view sql, std::span<const Param> parameters) {
  return implementation_->run(sql, parameters);
}

Result<Rows> Database::execute(const std::string& sql) {
  if (auto connected = implementation_->connect(); !connected) return Failure(connected.error());
  return implementation_->taken(PQexec(implementation_->connection.get(), sql.c_str()));
}

Result<std::int64_t> Database::copy_in(const std::string& sql, std::string_view data) {
  return copy_in_pieces(sql, [&data] {
    const auto piece = data.substr(0, kCopyChunkBytes);
    data.remove_prefix(piece.size());
    return piece;
  });
}

Result<std::int64_t> Database::copy_in_pieces(const std::string& sql,
                                              const std::function<std::string_view()>& next_piece) {
  auto started = execute(sql);
  if (!started) return Failure(started.error());
  PGconn* connection = implementation_->connection.get();
  for (auto piece = next_piece(); !piece.empty(); piece = next_piece()) {
    if (PQputCopyData(connection, piece.data(), static_cast<int>(piece.size())) != 1) break;
  }
  PQputCopyEnd(connection, nullptr);
  auto ended = implementation_->drained();
  if (!ended) return Failure(ended.error());
  return ended->affected();
}

Result<std::int64_t> Database::copy_out(const std::string& sql, const std::function<bool(std::string_view)>& row) {
  auto started = execute(sql);
  if (!started) return Failure(started.error());
  PGconn* connection = implementation_->connection.get();
  std::int64_t count = 0;
  char* buffer = nullptr;
  int size = 0;
  bool wanted = true;
  while ((size = PQgetCopyData(connection, &buffer, 0)) > 0) {
    const std::unique_ptr<char, void (*)(void*)> owner(buffer, PQfreemem);
    if (!wanted) continue;
    ++count;
    wanted = row({buffer, static_cast<std::size_t>(size)});
    if (!wanted) {
      const std::unique_ptr<PGcancel, void (*)(PGcancel*)> cancel(PQgetCancel(connection), PQfreeCancel);
      char reason[256];
      PQcancel(cancel.get(), reason, sizeof reason);
    }
  }
  auto ended = implementation_->drained();
  if (!ended && wanted) return Failure(ended.error());
  return count;
}

Result<bool> Database::wait_for_notification(const std::string& channel, std::int64_t us) {
  Implementation& self = *implementation_;
  FOOTFALL_CHECK(!self.in_transaction);
  if (!self.alive() || self.channel != channel) {
    if (auto subscribed = execute("listen " + channel); !subscribed) return Failure(subscribed.error());
    self.channel = channel;
    return true;
  }
  const auto take_all = [&self] {
    bool any = false;
    while (PGnotify* notification = PQnotifies(self.connection.get())) {
      PQfreemem(notification);
      any = true;
    }
    return any;
  };
  // What comes may also be the last words of a server that ends; its closing the connection is then read next.
  while (!take_all()) {
    pollfd socket{PQsocket(self.connection.get()), POLLIN, 0};
    if (poll(&socket, 1, static_cast<int>(us / 1'000)) <= 0) return false;
    if (PQconsumeInput(self.connection.get()) == 1 && self.alive()) continue;
    self.drop();
    return Failure(Error{ErrorKind::unavailable, ErrorSource::postgres, true,
                         "the connection to PostgreSQL was lost while waiting for a notification", "08006"});
  }
  return true;
}

bool Database::in_transaction() const { return implementation_->in_transaction; }
bool Database::connected() const { return implementation_->alive(); }
void Database::disconnect() {
  implementation_->drop();
  implementation_->in_transaction = false;
}
void Database::begin_on_this_connection_only() { implementation_->begins_here_only = implementation_->alive(); }

Result<void> Database::begin() {
  FOOTFALL_CHECK(!implementation_->in_transaction);
  const bool may_reconnect = !implementation_->begins_here_only;
  auto begun = execute("BEGIN");
  if (!begun && may_reconnect && begun.error().code == "08006") begun = execute("BEGIN");
  if (!begun) return Failure(begun.error());
  implementation_->in_transaction = true;
  return {};
}

Result<void> Database::commit() {
  FOOTFALL_CHECK(implementation_->in_transaction);
  auto committed = execute("COMMIT");
  implementation_->in_transaction = false;
  if (!committed) {
    // The connection was lost during COMMIT: whether it happened is unknown. A second try must be harmless, by unique
    // keys.
    if (committed.error().code == "08006") committed.error().code = "08007";
    return Failure(committed.error());
  }
  // A transaction that failed inside answers COMMIT with ROLLBACK and no error.
  const std::string_view tag = PQcmdStatus(static_cast<PGresult*>(committed->handle()));
  if (tag == "ROLLBACK") return internal("the transaction had failed and was rolled back");
  return {};
}

void Database::rollback() {
  if (implementation_->alive()) {
    if (auto undone = execute("ROLLBACK"); !undone) implementation_->drop();
  }
  implementation_->in_transaction = false;
}

// The other side of a deadlock waits for a row that was just given up. Who tries again at once may take that row before
// the other one wakes, and both are where they were.
void Database::pause_before_repeating(int attempt) {
  thread_local std::minstd_rand random{std::random_device{}()};
  const std::int64_t longest_us = 4'000LL << attempt;
  system_clock().sleep_us(std::uniform_int_distribution<std::int64_t>(longest_us / 4, longest_us)(random));
}

bool Database::worth_repeating(const Error& error) { return error.code == "40001" || error.code == "40P01"; }

}  // namespace footfall::core
