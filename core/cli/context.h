// What every command works with: the connections, made when first used, and the two ways to answer. One thread.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/actions/caller.h"
#include "core/actions/database.h"
#include "core/cli/command.h"
#include "core/domain/site.h"
#include "proto/redis/client.h"

namespace boost::json {
class array;
class object;
}  // namespace boost::json

namespace footfall::core {

class Context {
 public:
  explicit Context(const Hooks& hooks) : hooks_(hooks) {}

  // Options of every command, filled by the parser.
  bool json = false;
  std::string config_path;
  std::string reason;

  // The parsed line chooses what runs after parsing.
  void choose(std::function<Result<void>()> command) { command_ = std::move(command); }
  Result<void> run() { return command_(); }

  Result<Settings> settings();
  Result<Site> site();  // where people reach the edges, for links that are handed out
  Result<Database*> database();
  Result<redis::Redis*> redis();
  const Hooks& hooks() const { return hooks_; }
  Caller caller() const;  // the operator, with the reason given

  // One thing: an object, or aligned lines. Always succeeds, so that a command can end with it.
  Result<void> show(const boost::json::object& object) const;
  // Many: {"<name>": […]}, or a table of `columns` (dotted names reach into objects).
  Result<void> list(std::string_view name, const boost::json::array& rows,
                    std::initializer_list<std::string_view> columns) const;
  // A line on standard error, for what a long command has to say meanwhile.
  static void tell(std::string_view line);
  // Raw output, for exports. False: the reader has gone, stop.
  bool write(std::string_view text) const;

 private:
  const Hooks& hooks_;
  std::function<Result<void>()> command_;
  std::optional<Settings> settings_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<redis::Redis> redis_;
};

}  // namespace footfall::core
