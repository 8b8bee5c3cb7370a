#include "bench/mail_set.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

namespace sluice::bench {
namespace {

std::string made_message(std::mt19937& random, std::size_t bytes) {
  std::string text =
      "From: a@b.example\r\nTo: c@d.example\r\nSubject: monthly note\r\n"
      "Date: Mon, 02 Nov 2026 10:00:00 +0000\r\n\r\n";
  while (text.size() < bytes) {
    text.append(2 + random() % 9, static_cast<char>('a' + random() % 26));
    text += random() % 12 == 0 ? "\r\n" : " ";
  }
  return text;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::filesystem::path> mail_below(const std::filesystem::path& folder,
                                              std::size_t bytes_min, std::size_t bytes_max) {
  std::vector<std::filesystem::path> paths;
  std::error_code missing;
  for (std::filesystem::recursive_directory_iterator at(folder, missing), end;
       !missing && at != end; at.increment(missing)) {
    const bool fits = at->is_regular_file() && at->path().extension() == ".eml" &&
                      at->file_size() >= bytes_min && at->file_size() <= bytes_max;
    if (fits) paths.push_back(at->path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace

std::vector<std::string> load_mail(std::size_t count, std::size_t bytes_min,
                                   std::size_t bytes_max) {
  const std::filesystem::path folder =
      std::filesystem::path(SLUICE_SOURCE_DIR).parent_path() / "shared/data/mail";
  std::vector<std::filesystem::path> paths = mail_below(folder, bytes_min, bytes_max);
  std::mt19937 random(1);
  std::shuffle(paths.begin(), paths.end(), random);
  std::vector<std::string> mail;
  for (std::size_t i = 0; i < paths.size() && mail.size() < count; ++i) {
    mail.push_back(read_file(paths[i]));
  }
  while (paths.empty() && mail.size() < count) {
    mail.push_back(made_message(random, (bytes_min + bytes_max) / 2));
  }
  return mail;
}

std::vector<std::string> load_folder(const std::filesystem::path& folder,
                                     std::vector<std::string>* paths) {
  std::vector<std::string> mail;
  for (const auto& path : mail_below(folder, 0, SIZE_MAX)) {
    mail.push_back(read_file(path));
    if (paths != nullptr) paths->push_back(path);
  }
  return mail;
}

}  // namespace sluice::bench
