# cmake -DOUTPUT=… -DFOLDER=core/api -P embed_descriptions.cmake: writes api_description() with every dialect's
# openapi.json as a raw literal.
set(text "#include \"core/api/openapi/descriptions.h\"\n\nnamespace footfall::core {\n\n")
string(APPEND text "std::string_view api_description(wire::Dialect dialect) {\n  switch (dialect) {\n")
foreach(dialect baclique selgeo affspace affily)
  file(READ "${FOLDER}/${dialect}/openapi.json" content)
  string(APPEND text "    case wire::Dialect::${dialect}:\n      return R\"footfall(${content})footfall\";\n")
endforeach()
string(APPEND text "    case wire::Dialect::none:\n      break;\n  }\n  return {};\n}\n\n}  // namespace footfall::core\n")
file(WRITE "${OUTPUT}" "${text}")
