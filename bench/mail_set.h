// Mail for benches: real messages where the shared data is beside the checkout, else made ones.

#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace sluice::bench {

// Messages of `bytes_min` to `bytes_max`, at most `count`, from ../shared/data/mail; made of words
// if that folder is missing.
std::vector<std::string> load_mail(std::size_t count, std::size_t bytes_min, std::size_t bytes_max);

// Every .eml file below `folder`, in the order of their names. `paths`: where they are.
std::vector<std::string> load_folder(const std::filesystem::path& folder,
                                     std::vector<std::string>* paths = nullptr);

}  // namespace sluice::bench
