// Finds the mail and the conformance suites beside the checkout: ../shared/data.
//
//   const auto mail = shared_data("mail/oracle");
//   if (!mail) GTEST_SKIP() << kNoSharedData;
//
// Under CI=true a missing data set fails the test instead: a run that checked nothing must not
// look like one that passed.

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace sluice::test {

inline constexpr const char* kNoSharedData = "../shared/data is not beside this checkout";

// The folder ../shared/data/`name`; nullopt (and a test failure if CI=true) if it is not there.
std::optional<std::filesystem::path> shared_data(const std::string& name);

// Every regular file below `folder` whose name ends with `extension` (".eml"), sorted by path.
std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder,
                                               const std::string& extension);

// The bytes of a file. A file that cannot be read fails the test.
std::string read_file(const std::filesystem::path& path);

}  // namespace sluice::test
