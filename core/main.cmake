find_package(CLI11 REQUIRED)
footfall_library(core_config
  FILES config.h config.cc config_checks.cc
  USES proto_base proto_wire
  HIDES core_actions core_domain core_storage proto_http proto_redis)
footfall_library(core_program
  FILES dependency_health.h dependency_health.cc internal_pages.h internal_pages.cc http_handler.h http_handler.cc
        link_readers.h link_readers.cc dialect_apis.h dialect_apis.cc payment_setup.h payment_setup.cc program.h program.cc
  USES core_config core_api core_pages core_payments core_storage proto_http proto_redis proto_wire proto_base
  HIDES core_ingest core_publish core_deliver core_upkeep)
add_executable(footfall-core main.cc)
target_compile_definitions(footfall-core PRIVATE FOOTFALL_VERSION="${PROJECT_VERSION}")
target_link_libraries(footfall-core PRIVATE core_program core_cli core_ingest CLI11::CLI11)
set_target_properties(footfall-core PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
