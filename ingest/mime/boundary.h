// The boundaries of the multiparts that are open, and whether a line is a delimiter of one of them.
//
//   Boundaries open;
//   open.push("outer");
//   open.push("inner");
//   open.match("--inner")      level 1
//   open.match("--outer--")    level 0, closing
//   open.match(" --inner")     no: a delimiter begins its line (RFC 2046 section 5.1.1)
//
// Source:   RFC 2046 section 5.1.1; blanks at the end of the line do not count.
// Borrows:  the boundaries.
// Bounds:   at most limits::kMimeDepthMax open at once. A line costs its own length and one look at
//           a table of their hashes, however many are open.
// Threads:  one at a time.
// Tests:    tests/ingest/mime/boundary_test.cc

#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/limits.h"

namespace sluice::mime {

struct Delimiter {
  std::size_t level = 0;  // of the innermost multipart with this boundary; 0: pushed first
  bool closing = false;   // the multipart has no more parts

  bool operator==(const Delimiter&) const = default;
};

class Boundaries {
 public:
  // At most limits::kBoundaryBytesMax long.
  void push(std::string_view boundary);

  // Forgets all but the first `count`.
  void keep(std::size_t count);

  [[nodiscard]] std::size_t size() const { return size_; }

  // `line` is without its ending.
  [[nodiscard]] std::optional<Delimiter> match(std::string_view line) const;

 private:
  [[nodiscard]] std::optional<std::size_t> find(std::string_view boundary) const;

  std::array<std::string_view, limits::kMimeDepthMax> boundaries_;
  std::array<uint64_t, limits::kMimeDepthMax> hashes_{};
  std::bitset<limits::kBoundaryBytesMax + 1> lengths_;  // of all that are open
  std::size_t size_ = 0;
};

}  // namespace sluice::mime
