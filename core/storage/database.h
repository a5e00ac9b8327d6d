// One connection to PostgreSQL; nothing else uses libpq. Not thread-safe: it has one owner. When the connection is lost
// the call fails (unavailable, retryable), and the next call outside a transaction connects again. No statement is
// repeated by itself, except BEGIN, which is sent a second time on a new connection.
//
// Errors: unavailable and retryable: no connection, 08…, 40…, 53…, 57…, 55P03; internal: anything else, also what it
// refuses as data or by a constraint (22…, 23…), for its words are for the log, not for who sent the data (SEL-42).
// `code` is the SQLSTATE; 08007: the answer to a COMMIT was lost, so the transaction may have happened.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/result.h"

namespace footfall::core {

// A parameter as text, or null. Integers and booleans convert; bytes go through bytea().
class Param {
 public:
  Param(std::nullopt_t) {}
  Param(std::string_view text) : text_(text) {}
  Param(const char* text) : text_(text) {}
  Param(const std::string& text) : text_(text) {}
  Param(std::int64_t number) : text_(std::to_string(number)) {}
  Param(std::uint64_t number) : text_(std::to_string(number)) {}
  Param(int number) : text_(std::to_string(number)) {}
  Param(bool flag) : text_(flag ? "t" : "f") {}
  template <typename T>
  Param(const std::optional<T>& value) {
    if (value) *this = Param(*value);
  }
  const char* c_str() const { return text_ ? text_->c_str() : nullptr; }

 private:
  std::optional<std::string> text_;
};
Param bytea(std::string_view bytes);       // \x… text form
Param timestamp_us(std::int64_t wall_us);  // timestamptz

class Rows {
 public:
  struct Deleter {
    void operator()(void*) const;
  };
  Rows() = default;
  explicit Rows(void* result) : result_(result) {}
  int size() const;
  bool empty() const { return size() == 0; }
  std::int64_t affected() const;  // of insert, update, delete
  bool is_null(int row, int column) const;
  std::string_view text(int row, int column) const;  // "" for null; valid while the Rows live
  std::int64_t integer(int row, int column) const;   // 0 for null
  bool flag(int row, int column) const;
  std::string bytes(int row, int column) const;     // of a bytea column
  std::int64_t time_us(int row, int column) const;  // of a column selected as (extract(epoch from x)*1000000)::bigint
  std::optional<std::string> optional_text(int row, int column) const;
  std::optional<std::int64_t> optional_integer(int row, int column) const;
  void* handle() const { return result_.get(); }  // the PGresult, for core/storage itself

 private:
  std::unique_ptr<void, Deleter> result_;
};

class Database {
 public:
  // `url` is a libpq connection string or URI. Connects on first use. `application` names it in pg_stat_activity.
  explicit Database(std::string url, std::string application = "footfall-core");
  ~Database();
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;

  // One statement with $1… parameters. Prepared and cached per connection by its text when used again.
  Result<Rows> query(std::string_view sql, std::initializer_list<Param> parameters = {});
  Result<Rows> query(std::string_view sql, std::span<const Param> parameters);
  // Several statements without parameters: migrations and SET.
  Result<Rows> execute(const std::string& sql);

  // COPY … FROM STDIN (FORMAT binary|text): `data` is the whole payload.
  Result<std::int64_t> copy_in(const std::string& sql, std::string_view data);
  // The same, piece by piece until `next_piece` answers an empty one: PostgreSQL stores a piece while the next is made.
  Result<std::int64_t> copy_in_pieces(const std::string& sql, const std::function<std::string_view()>& next_piece);
  // COPY … TO STDOUT, row by row.
  Result<std::int64_t> copy_out(const std::string& sql, const std::function<bool(std::string_view)>& row);

  // Sleeps up to `us` until PostgreSQL notifies of `channel`, and takes all notifications that have come; true when
  // there was one. The first call on a connection subscribes and returns true at once, for what happened before is not
  // told.
  // Not within a transaction. When the connection is lost: unavailable, and the next call subscribes anew.
  Result<bool> wait_for_notification(const std::string& channel, std::int64_t us);

  // Runs `body` in a transaction: commits when it returns a value, rolls back on an error. A serialisation failure or
  // a deadlock (40001, 40P01) runs it again, up to 5 times, after a pause of random length that grows; a body must
  // therefore have no effects of its own.
  template <typename T>
  Result<T> transaction(const std::function<Result<T>()>& body);

  bool in_transaction() const;
  bool connected() const;
  void disconnect();
  // For who holds a session lock: when this connection is lost, BEGIN fails, too, instead of being sent again on a new
  // one. Holds for this connection only.
  void begin_on_this_connection_only();

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
  Result<void> begin();
  Result<void> commit();
  void rollback();
  static bool worth_repeating(const Error& error);
  static void pause_before_repeating(int attempt);
};

template <typename T>
Result<T> Database::transaction(const std::function<Result<T>()>& body) {
  for (int attempt = 0;; ++attempt) {
    if (auto begun = begin(); !begun) return Failure(begun.error());
    Result<T> outcome = body();
    if (outcome) {
      auto committed = commit();
      if (committed) return outcome;
      outcome = Failure(committed.error());
    } else {
      rollback();
    }
    if (attempt >= 5 || !worth_repeating(outcome.error())) return outcome;
    pause_before_repeating(attempt);
  }
}

// Applies core/storage/schema/*.sql (embedded at build time) that are not applied yet, each in a transaction, under an
// advisory lock; refuses when an applied one's checksum differs. Creates the settings on first use: database identity,
// recovery epoch, tag_key, draw_key.
struct MigrationReport {
  std::vector<std::string> applied;  // by this call
  std::vector<std::string> present;  // before it
  std::vector<std::string> pending;  // of migration_status
};
Result<MigrationReport> migrate(Database& database);
// Changes nothing. Reports present and pending; an altered checksum is an error here too.
Result<MigrationReport> migration_status(Database& database);

}  // namespace footfall::core
