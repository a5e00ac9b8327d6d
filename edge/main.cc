// footfall-edge: takes clicks. See edge/README.md.
#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>

#include "edge/config.h"
#include "edge/program.h"
#include "proto/base/inherited.h"
#include "proto/base/lifecycle.h"
#include "proto/base/logging.h"

int main(int argc, char** argv) {
  using namespace footfall;
  return_large_buffers();
  block_stop_signals();

  CLI::App app{"footfall-edge: takes clicks, keeps them safe and ships them to core."};
  std::string path;
  bool check_only = false;
  bool print_only = false;
  app.add_option("--config", path, "TOML file; without one, defaults and FOOTFALL_EDGE_… alone")->type_name("FILE");
  app.add_flag("--check-config", check_only, "check the configuration and exit");
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
    if (const auto checked = edge::Program::check_files(*config); !checked) {
      std::cerr << "footfall-edge: " << checked.error().message << "\n";
      return 2;
    }
  }
  if (check_only || print_only) return 0;

  start_logging(config->level());
  // The first is for plain HTTP, the second for TLS.
  const int inherited = inherited_sockets();
  const int used = std::min(inherited, config->tls.is_on() ? 2 : 1);
  if (inherited > used) log_warn("edge.sockets.ignored", {{"inherited", inherited}, {"used", used}});
  edge::InheritedSockets sockets;
  if (used > 0) sockets.plain = kFirstInherited;
  if (used > 1) sockets.tls = kFirstInherited + 1;
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
