#include "rules/lines/diagnostic.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "base/limits.h"
#include "base/text.h"

namespace sluice::rules {
namespace {

constexpr std::size_t kComparedBytesMax = 64;  // names that are longer are not compared

using Row = std::array<std::size_t, kComparedBytesMax + 1>;

bool swapped(std::string_view a, std::string_view b, std::size_t i, std::size_t j) {
  return i > 1 && j > 1 && ascii_lower(a[i - 1]) == ascii_lower(b[j - 2]) &&
         ascii_lower(a[i - 2]) == ascii_lower(b[j - 1]);
}

}  // namespace

Diagnostic at_place(Severity severity, const Place& place, std::string message, std::string hint) {
  return {.severity = severity,
          .file = place.file,
          .line = place.line,
          .column = place.column,
          .message = std::move(message),
          .hint = std::move(hint)};
}

std::string to_string(const Diagnostic& diagnostic) {
  std::string out = diagnostic.file;
  if (diagnostic.line > 0) out += fmt::format(":{}", diagnostic.line);
  if (diagnostic.line > 0 && diagnostic.column > 0) out += fmt::format(":{}", diagnostic.column);
  out += diagnostic.severity == Severity::kError ? ": error: " : ": warning: ";
  out += diagnostic.message;
  if (!diagnostic.hint.empty()) out += "; " + diagnostic.hint;
  return out;
}

bool has_errors(std::span<const Diagnostic> diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& d) { return d.severity == Severity::kError; });
}

void report(Diagnostics& diagnostics, Diagnostic diagnostic) {
  if (diagnostics.size() > limits::kDiagnosticsMax) return;
  if (diagnostics.size() == limits::kDiagnosticsMax) {
    diagnostic.message = "too many faults; the rest is not shown";
    diagnostic.hint.clear();
  }
  diagnostics.push_back(std::move(diagnostic));
}

void sort_by_place(Diagnostics& diagnostics) {
  std::stable_sort(diagnostics.begin(), diagnostics.end(),
                   [](const Diagnostic& a, const Diagnostic& b) {
                     return std::tie(a.file, a.line, a.column) < std::tie(b.file, b.line, b.column);
                   });
}

std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t enough) {
  const std::size_t longer = std::max(a.size(), b.size());
  const std::size_t added = longer - std::min(a.size(), b.size());
  if (longer > kComparedBytesMax) return longer;
  if (added > enough) return added;
  std::array<Row, 3> rows{};
  Row* before = &rows[0];
  Row* above = &rows[1];
  Row* row = &rows[2];
  for (std::size_t j = 0; j <= b.size(); ++j) (*above)[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    (*row)[0] = i;
    std::size_t least = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced =
          (*above)[j - 1] + (ascii_lower(a[i - 1]) == ascii_lower(b[j - 1]) ? 0 : 1);
      (*row)[j] = std::min({(*above)[j] + 1, (*row)[j - 1] + 1, replaced});
      if (swapped(a, b, i, j)) (*row)[j] = std::min((*row)[j], (*before)[j - 2] + 1);
      least = std::min(least, (*row)[j]);
    }
    if (least > enough) return least;  // and no later row has less
    Row* const oldest = before;
    before = above;
    above = row;
    row = oldest;
  }
  return (*above)[b.size()];
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates) {
  std::size_t best = word.size() / 3 + 1;  // further away is no longer a slip of the finger
  std::string_view nearest;
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate, best);
    if (distance > best || (distance == best && !nearest.empty())) continue;
    best = distance;
    nearest = candidate;
  }
  return nearest.empty() ? std::string() : fmt::format("did you mean '{}'?", nearest);
}

}  // namespace sluice::rules
