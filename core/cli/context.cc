#include "core/cli/context.h"

#include <pwd.h>
#include <unistd.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <iostream>

#include "core/cli/render.h"

namespace footfall::core {

Result<Settings> Context::settings() {
  if (!settings_) {
    auto loaded = hooks_.load_settings(config_path);
    if (!loaded) return loaded;
    settings_ = *loaded;
  }
  return *settings_;
}

Result<Site> Context::site() {
  auto known = settings();
  if (!known) return Failure(known.error());
  return parse_site(known->site_url);
}

Result<Database*> Context::database() {
  if (!database_) {
    auto known = settings();
    if (!known) return Failure(known.error());
    database_ = std::make_unique<Database>(known->postgres_url, "footfall-core command");
  }
  return database_.get();
}

Result<redis::Redis*> Context::redis() {
  if (!redis_) {
    auto known = settings();
    if (!known) return Failure(known.error());
    auto options = redis::parse_url(known->redis_url);
    if (!options) return Failure(options.error());
    redis_ = redis::make_client(*options);
  }
  return redis_.get();
}

Caller Context::caller() const {
  const passwd* user = getpwuid(geteuid());
  return operator_caller(user ? std::string(user->pw_name) : std::to_string(geteuid()), reason);
}

Result<void> Context::show(const boost::json::object& object) const {
  write(json ? boost::json::serialize(object) + "\n" : render_object(object));
  return {};
}

Result<void> Context::list(std::string_view name, const boost::json::array& rows,
                           std::initializer_list<std::string_view> columns) const {
  if (!json) {
    write(render_table(rows, columns));
    return {};
  }
  boost::json::object object;
  object[boost::json::string_view(name.data(), name.size())] = rows;
  write(boost::json::serialize(object) + "\n");
  return {};
}

void Context::tell(std::string_view line) { std::cerr << line << "\n" << std::flush; }

bool Context::write(std::string_view text) const {
  std::cout << text << std::flush;
  return std::cout.good();
}

}  // namespace footfall::core
