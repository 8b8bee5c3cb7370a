// A progress line on standard error, on a terminal only, and colours for standard output.

#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace sluice::cli {

class Progress {
 public:
  explicit Progress(std::string what);
  ~Progress();  // wipes the line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Shows `count`, at most ten times a second.
  void show(std::size_t count);

 private:
  std::string what_;
  bool on_terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point last_;
};

enum class Colour { kRed, kYellow, kGreen, kDim, kBold };

// `text` in `colour` if standard output is a terminal and NO_COLOR is not set.
std::string coloured(Colour colour, std::string_view text);

}  // namespace sluice::cli
