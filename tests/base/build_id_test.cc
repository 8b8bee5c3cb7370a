// Claim:   a program knows the build id that its linker gave it.
// Oracle:  the bytes of the program's own file: the id stands in them, behind the note's header.

#include "base/build_id.h"

#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(BuildId, StandsInTheProgramsFile) {
  const std::string id = build_id();
  ASSERT_GE(id.size(), 8U);
  std::ifstream in("/proc/self/exe", std::ios::binary);
  const std::string file(std::istreambuf_iterator<char>(in), {});
  const std::string type("\3\0\0\0GNU\0", 8);
  EXPECT_NE(file.find(type + id), std::string::npos);
}

TEST(BuildId, StaysTheSame) {
  EXPECT_EQ(build_id(), build_id());
}

}  // namespace
}  // namespace sluice
