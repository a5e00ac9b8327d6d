// The grammar of the command line: commands within commands, and their options. CLI11 stands behind it, whose header
// alone takes the compiler seconds.
//
// All of these are handles of what the CommandParser owns, cheap to copy and valid as long as it. What options write
// into must live until the line was parsed: callbacks keep it. One thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace footfall::core {

// An option of a command, to say more of it.
class CommandOption {
 public:
  explicit CommandOption(CLI::Option& option) : option_(&option) {}
  CommandOption& required();
  // The help shows the value that stands where the option writes to, as the default.
  CommandOption& show_default();
  CommandOption& in_range(int least, int most);  // both allowed
  CommandOption& not_negative();
  // Takes only these words, in any case.
  CommandOption& choose_from(std::vector<std::string> words);
  // Of an option that may come often: one value each time, so that the next word is not taken for another.
  CommandOption& one_value_each_time();

 private:
  CLI::Option* option_;
};

// A command: a noun, which needs one of its verbs, or a verb, which does something.
class Command {
 public:
  explicit Command(CLI::App& app) : app_(&app) {}
  Command add_noun(const char* name, const char* help);
  // `example` is what follows "footfall-core".
  Command add_verb(const char* name, const char* help, const char* example);
  void alias(const char* name);
  // "--name" is an option, "name" the next word. `into`: int, or std::string, std::int64_t or std::vector<std::string>,
  // of these std::optional, too.
  template <typename Value>
  CommandOption add_option(const char* name, Value& into, const char* help);
  void add_flag(const char* name, bool& into, const char* help);
  // Options of which exactly one must be given.
  Command add_alternatives(const char* name, const char* help);
  // `run` when the whole line was understood and this command is in it.
  void callback(std::function<void()> run);

 private:
  CLI::App* app_;
};

// What became of a line: understood; asked for help, which was printed; or not understood, and why.
struct ParsedLine {
  enum class Outcome { understood, helped, refused };
  Outcome outcome;
  std::string complaint;  // of a refused one
};

struct CommandSummary {
  std::string name;
  std::string help;
};

class CommandParser {
 public:
  CommandParser(const char* help, const char* program);
  ~CommandParser();
  CommandParser(const CommandParser&) = delete;
  CommandParser& operator=(const CommandParser&) = delete;
  // What stands before all nouns; its options may stand anywhere.
  Command root();
  ParsedLine parse(int argc, const char* const* argv);
  std::vector<CommandSummary> nouns() const;  // as they were added

 private:
  std::unique_ptr<CLI::App> app_;
};

}  // namespace footfall::core
