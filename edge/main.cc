// footfall-edge: takes clicks. See edge/README.md.
#include <CLI/CLI.hpp>

#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "edge/config.h"
#include "edge/program.h"
#include "edge/start_files.h"
#include "proto/base/clock.h"
#include "proto/base/inherited.h"
#include "proto/base/lifecycle.h"
#include "proto/base/logging.h"
#include "proto/base/time_slice.h"

int main(int argc, char** argv) {
  using namespace footfall;
  return_large_buffers();
  block_stop_signals();
  // Visitors do not wait for core and PostgreSQL beside it.
  const bool has_short_time_slices = ask_for_short_time_slices();

  CLI::App app{"footfall-edge: takes clicks, keeps them safe and ships them to core."};
  std::string path;
  bool check_only = false;
  bool print_only = false;
  app.add_option("--config", path, "TOML file; without one, defaults and FOOTFALL_EDGE_… alone")->type_name("FILE");
  app.add_flag("--check-config", check_only, "check the configuration and its files, and exit");
  app.add_flag("--print-config", print_only, "print every key with its range and its value, and exit");
  app.set_version_flag("--version", "footfall-edge " FOOTFALL_VERSION);
  CLI11_PARSE(app, argc, argv);

  const auto config = edge::load_config(path);
  if (!config) {
    std::cerr << "footfall-edge: " << config.error().message << "\n";
    return 2;
  }
  if (print_only) std::cout << edge::describe(*config);
  if (check_only) {
    const auto warnings = edge::check_files(*config, system_clock());
    if (!warnings) {
      std::cerr << "footfall-edge: " << warnings.error().message << "\n";
      return 2;
    }
    for (const std::string& warning : *warnings) std::cerr << "footfall-edge: warning: " << warning << "\n";
  }
  if (check_only || print_only) return 0;

  start_logging(config->level());
  log_info("edge.time_slices", {{"short", has_short_time_slices}});
  const std::vector<std::string> inherited = inherited_sockets();
  const edge::ListeningSockets sockets = edge::assign_sockets(inherited, config->tls.is_on());
  if (std::ssize(inherited) > sockets.count()) {
    log_warn("edge.sockets.ignored", {{"inherited", inherited.size()}, {"used", sockets.count()}});
  }
  auto program = edge::Program::build(*config, FOOTFALL_VERSION, sockets);
  if (!program) {
    log_error("edge.refused", {{"reason", program.error().message}});
    stop_logging();
    return 1;
  }
  (*program)->run();
  program->reset();
  stop_logging();
  return 0;
}
