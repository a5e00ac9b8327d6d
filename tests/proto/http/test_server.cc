#include "tests/proto/http/test_server.h"

#include <cstdlib>
#include <sstream>

namespace footfall::http {

double metric(const Metrics& metrics, const std::string& series) {
  std::istringstream lines(metrics.expose());
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(series + " ")) return std::strtod(line.c_str() + series.size() + 1, nullptr);
  }
  return 0;
}

}  // namespace footfall::http
