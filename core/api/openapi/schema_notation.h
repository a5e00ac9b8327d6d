// The short notation of schemas in the dialects' descriptions (core/api/<dialect>/openapi.json), expanded into JSON
// Schema. A type is a text:
//   string, integer, number, boolean, object, any          the types of JSON
//   time, date, email, url, uuid                           texts of such a format
//   red|green                                              one of these texts
//   Name                                                   the schema of that name
//   [type]                                                 a list of it
//   {type}                                                 an object with any names, whose values are of it
// "?" behind a type: it may be null. " # " and more behind it: its description. An object is {"name": type, "other?":
// type}, where "?" behind a name says that the field may be missing. {"=": schema} is JSON Schema, as it stands.
// Pure.
#pragma once

#include <boost/json.hpp>
#include <string_view>

namespace footfall::core {

// What cannot be read is the program's own fault and ends it.
boost::json::value expand_schema(const boost::json::value& notation);
boost::json::value expand_type(std::string_view type);

}  // namespace footfall::core
