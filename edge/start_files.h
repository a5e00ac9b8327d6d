// The files and folders that the configuration names, as a start needs them. What only makes the edge poorer, such as a
// database of countries that cannot be read, stops no start: it is a warning.
#pragma once

#include <string>
#include <vector>

#include "edge/config.h"
#include "proto/base/clock.h"
#include "proto/base/result.h"

namespace footfall::edge {

// Makes tls.acme_directory where it is missing, so that certbot finds its webroot.
Result<void> make_folders(const Config& config);

// What a start with this configuration would refuse of its files, by the user who asks; else what it would warn of.
// Writes nothing, and may be asked while an edge with the same files runs.
Result<std::vector<std::string>> check_files(const Config& config, const Clock& clock);

}  // namespace footfall::edge
