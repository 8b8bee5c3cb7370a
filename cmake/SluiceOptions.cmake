# Language level, warnings and sanitizers, for every target alike.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

option(SLUICE_WERROR "Treat warnings as errors" ON)
set(SLUICE_SANITIZE "" CACHE STRING "Value for -fsanitize=, empty for none")
option(SLUICE_FUZZ "Build fuzz targets with libFuzzer (clang only)" OFF)

# What one checkout compiled, another need not: paths below the checkout count as relative.
find_program(SLUICE_CCACHE ccache)
if(SLUICE_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      "${CMAKE_COMMAND};-E;env;CCACHE_BASEDIR=${PROJECT_SOURCE_DIR};CCACHE_NOHASHDIR=1"
      "CCACHE_SLOPPINESS=pch_defines,time_macros;${SLUICE_CCACHE}")
endif()

add_library(sluice_options INTERFACE)
target_compile_options(sluice_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wcast-align
  -Wundef -Wnon-virtual-dtor -Woverloaded-virtual
  $<$<BOOL:${SLUICE_WERROR}>:-Werror>
  # g++ 12 reports this falsely on "x" + std::string at -O2 and above.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
target_include_directories(sluice_options INTERFACE
  "${PROJECT_SOURCE_DIR}" "${PROJECT_BINARY_DIR}/generated")

# base/build_id.h reads it.
add_link_options(-Wl,--build-id)

if(SLUICE_SANITIZE)
  add_compile_options(-fsanitize=${SLUICE_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${SLUICE_SANITIZE})
endif()
