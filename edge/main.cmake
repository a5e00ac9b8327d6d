find_package(CLI11 REQUIRED)
footfall_library(edge_config
  FILES config.h config.cc config_check.h config_check.cc
  USES proto_base proto_wire proto_http
  HIDES proto_redis)
footfall_library(edge_program
  FILES certificate_files.h certificate_files.cc dependency_health.h dependency_health.cc listening_sockets.h
        listening_sockets.cc program.h program.cc request_worker.h request_worker.cc start_files.h start_files.cc
  USES edge_config edge_handlers edge_proxy edge_limits proto_http proto_redis
  HIDES edge_directory edge_log edge_shipper)
add_executable(footfall-edge main.cc)
target_compile_definitions(footfall-edge PRIVATE FOOTFALL_VERSION="${PROJECT_VERSION}")
target_link_libraries(footfall-edge PRIVATE edge_program CLI11::CLI11)
set_target_properties(footfall-edge PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
