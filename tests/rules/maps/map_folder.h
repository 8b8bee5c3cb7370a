// A folder for the files of maps that a test writes; gone when the test is over.

#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace sluice::test {

class MapFolder {
 public:
  MapFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "sluice-maps-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "no folder can be made: " << name;
    folder_ = name;
  }

  MapFolder(const MapFolder&) = delete;
  MapFolder& operator=(const MapFolder&) = delete;

  ~MapFolder() { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string path(const std::string& name) const {
    return (folder_ / name).string();
  }

  // As one should replace a map: by another file that takes its name.
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name + ".new"), std::ios::binary) << text;
    std::filesystem::rename(path(name + ".new"), path(name));
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace sluice::test
