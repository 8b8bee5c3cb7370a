// Which program this is: what the linker made of all that went into it.
//
//   build_id()   "\x8d\x8b\xbd...", other bytes in any program that was built from anything else
//
// For what one process leaves on disk for the next, where a change of code must not meet old data.
//
// Failure:  empty where the linker wrote none.
// Source:   NT_GNU_BUILD_ID in the notes of an ELF file.
// Threads:  any.
// Tests:    tests/base/build_id_test.cc

#pragma once

#include <string>

namespace sluice {

std::string build_id();

}  // namespace sluice
