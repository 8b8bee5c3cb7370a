// What every match of a pattern holds and mail seldom does: a long run of bytes of one set, or one
// byte above ASCII to begin with.
//
//   /^[^\r\n]{998}/                {not \r \n, 998}
//   /^[a-z0-9]{6,24}[-_]\w{20}/    {[-_a-zA-Z0-9], 27}
//   /(?:\xd0\x94|\xc4\x8e)r/       {[\xd0\xc4], 1}
//
// A run of N bytes covers one of every N bytes of the text: most of the text is never looked at.
//
// Bounds:   find_runs() is linear in the text.
// Threads:  plain values.
// Tests:    tests/rules/byte_runs_test.cc

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/text.h"
#include "rules/patterns/regex_tree.h"

namespace sluice::rules {

struct ByteRun {
  ByteSet256 bytes = {};
  uint32_t length = 0;  // at least so many bytes in a row

  [[nodiscard]] bool above_ascii() const { return (bytes << 128U).none(); }
};

// nullopt: none that ordinary mail holds seldom.
std::optional<ByteRun> required_run(const RegexTree& tree);

// Calls report(from, to) for each longest run in the text that is long enough, in order.
template <class Report>
void find_runs(const ByteRun& run, std::string_view text, const Report& report) {
  const auto in_set = [&](std::size_t i) { return run.bytes[static_cast<unsigned char>(text[i])]; };
  const bool above_ascii = run.above_ascii();
  std::size_t begin = 0;  // no run begins before
  for (;;) {
    if (above_ascii) begin += ascii_length(text.substr(begin));
    if (text.size() - begin < run.length) return;
    // A run from `begin` on holds the byte at `probe`.
    const std::size_t probe = begin + run.length - 1;
    std::size_t from = probe + 1;
    while (from > begin && in_set(from - 1)) --from;
    if (from > begin) {
      begin = from;
      continue;
    }
    std::size_t to = probe + 1;
    while (to < text.size() && in_set(to)) ++to;
    report(from, to);
    begin = to;
  }
}

}  // namespace sluice::rules
