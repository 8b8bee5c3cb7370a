// The bytes of a file, a pipe or standard input, kept as long as somebody holds them.
//
// Failure:  an Error that names the file.
// Bounds:   what has no size is read up to `stream_bytes_max`.

#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sluice::cli {

struct KeptBytes {
  std::string_view view = {};
  std::shared_ptr<const void> keeper = {};
};

// "-" is standard input.
Result<KeptBytes> read_bytes(const std::string& path, std::size_t stream_bytes_max);

// The first bytes of a file, at most `bytes_max`; empty if it cannot be read.
std::string read_beginning(const std::string& path, std::size_t bytes_max);

}  // namespace sluice::cli
