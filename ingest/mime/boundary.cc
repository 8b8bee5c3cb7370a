#include "ingest/mime/boundary.h"

#include "base/assert.h"
#include "base/hash.h"

namespace sluice::mime {
namespace {

std::string_view without_trailing_blanks(std::string_view text) {
  return text.substr(0, text.find_last_not_of(" \t\r") + 1);  // npos + 1 == 0: all blank
}

}  // namespace

void Boundaries::push(std::string_view boundary) {
  SLUICE_ASSERT(size_ < boundaries_.size());
  SLUICE_ASSERT(boundary.size() <= limits::kBoundaryBytesMax);
  boundary = without_trailing_blanks(boundary);
  boundaries_[size_] = boundary;
  hashes_[size_] = keyed_hash(random_hash_key(), boundary);
  lengths_.set(boundary.size());
  ++size_;
}

void Boundaries::keep(std::size_t count) {
  SLUICE_ASSERT(count <= size_);
  size_ = count;
  lengths_.reset();
  for (std::size_t i = 0; i < size_; ++i) lengths_.set(boundaries_[i].size());
}

std::optional<Delimiter> Boundaries::match(std::string_view line) const {
  if (!line.starts_with("--")) return std::nullopt;
  const std::string_view text = without_trailing_blanks(line.substr(2));
  if (const auto level = find(text)) return Delimiter{.level = *level, .closing = false};
  if (!text.ends_with("--")) return std::nullopt;
  const auto level = find(without_trailing_blanks(text.substr(0, text.size() - 2)));
  if (!level) return std::nullopt;
  return Delimiter{.level = *level, .closing = true};
}

std::optional<std::size_t> Boundaries::find(std::string_view boundary) const {
  if (boundary.size() >= lengths_.size() || !lengths_.test(boundary.size())) return std::nullopt;
  const uint64_t hash = keyed_hash(random_hash_key(), boundary);
  for (std::size_t i = size_; i-- > 0;) {
    if (hashes_[i] == hash && boundaries_[i] == boundary) return i;
  }
  return std::nullopt;
}

}  // namespace sluice::mime
