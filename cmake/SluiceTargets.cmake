# The four kinds of target. Files are listed by name; DEPS are link targets.
#
#   sluice_library(ingest_mime SOURCES header_list.cc DEPS base)
#   sluice_test(ingest_mime_test SOURCES header_list_test.cc DEPS ingest_mime [TIMEOUT seconds]
#               [LABELS label...])
#   sluice_bench(scan_bench SOURCES scan_bench.cc DEPS bench_support)
#   sluice_fuzz(header_list_fuzz SOURCES header_list_fuzz.cc DEPS ingest_mime)

include(GoogleTest)

function(sluice_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC sluice_options ${ARG_DEPS})
endfunction()

# Building `tests` builds every test, `tests_LABEL` those with that label, and what they run.
add_custom_target(tests)

function(sluice_group_test name)
  foreach(group tests ${ARGN})
    if(NOT TARGET ${group})
      add_custom_target(${group})
    endif()
    add_dependencies(${group} ${name})
  endforeach()
endfunction()

# One ctest entry per executable: the sanitizer runs start each process once, and setarch -R keeps
# the sanitizers' fixed memory layout working on kernels with wide address randomisation.
function(sluice_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPS;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE sluice_options ${ARG_DEPS} GTest::gmock GTest::gtest_main)
  if(SLUICE_SANITIZE)
    add_test(NAME ${name} COMMAND setarch -R $<TARGET_FILE:${name}>)
  else()
    add_test(NAME ${name} COMMAND ${name})
  endif()
  list(TRANSFORM ARG_LABELS PREPEND "tests_" OUTPUT_VARIABLE groups)
  sluice_group_test(${name} ${groups})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
  if("broker" IN_LIST ARG_LABELS)
    # A broker wants a processor of its own; two at once on a small machine only time out.
    set_tests_properties(${name} PROPERTIES RESOURCE_LOCK broker)
  endif()
  set_property(TEST ${name} PROPERTY ENVIRONMENT
    "SLUICE_SOURCE_DIR=${PROJECT_SOURCE_DIR}"
    "SLUICE_BINARY_DIR=${PROJECT_BINARY_DIR}"
    "ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1"
    "TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/support/tsan.supp:halt_on_error=1")
endfunction()

function(sluice_bench name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE sluice_options ${ARG_DEPS} benchmark::benchmark)
endfunction()

# With SLUICE_FUZZ a libFuzzer binary; otherwise an object library, so that targets always compile.
# Building `fuzzers` builds them all.
add_custom_target(fuzzers)

function(sluice_fuzz name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  if(SLUICE_FUZZ)
    add_executable(${name} ${ARG_SOURCES})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  else()
    add_library(${name} OBJECT ${ARG_SOURCES})
  endif()
  add_dependencies(fuzzers ${name})
  target_link_libraries(${name} PRIVATE sluice_options ${ARG_DEPS})
endfunction()
