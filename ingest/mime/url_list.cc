#include "ingest/mime/url_list.h"

#include <algorithm>

#include "base/hash.h"
#include "base/limits.h"

namespace sluice::mime {
namespace {

constexpr std::size_t kFirstTableSize = 32;

// Keyed: whoever writes the mail chooses the URLs.
std::size_t hash_of(std::string_view canonical, UrlSource source) {
  return keyed_hash(random_hash_key(), canonical) + static_cast<std::size_t>(source);
}

}  // namespace

void UrlList::add(std::string_view written, UrlSource source, uint16_t part, DefectSet& defects) {
  if (full()) return pass_over(defects);
  ++read_;
  bytes_read_ += std::min(written.size(), limits::kUrlBytesMax);
  const CanonicalUrl url = canonical_url(written, arena_, defects);
  if (url.canonical.empty()) return;
  if (urls_.size() >= limits::kUrlsMax) return pass_over(defects);
  ++found_;
  if (!is_new(url.canonical, source)) return;
  urls_.push_back({.written = written.substr(0, limits::kUrlBytesMax),
                   .canonical = url.canonical,
                   .host = url.host,
                   .source = source,
                   .part = part});
}

void UrlList::pass_over(DefectSet& defects) {
  ++found_;
  defects.add(Defect::kLimitUrls);
}

bool UrlList::is_new(std::string_view canonical, UrlSource source) {
  if (2 * (urls_.size() + 1) > table_.size()) grow();
  std::size_t at = hash_of(canonical, source) % table_.size();
  while (table_[at] != 0) {
    const Url& other = urls_[table_[at] - 1];
    if (other.canonical == canonical && other.source == source) return false;
    at = (at + 1) % table_.size();
  }
  table_[at] = static_cast<uint16_t>(urls_.size() + 1);
  return true;
}

void UrlList::grow() {
  static_assert(limits::kUrlsMax < UINT16_MAX);
  table_.assign(table_.empty() ? kFirstTableSize : 2 * table_.size(), 0);
  for (std::size_t i = 0; i < urls_.size(); ++i) {
    std::size_t at = hash_of(urls_[i].canonical, urls_[i].source) % table_.size();
    while (table_[at] != 0) at = (at + 1) % table_.size();
    table_[at] = static_cast<uint16_t>(i + 1);
  }
}

}  // namespace sluice::mime
