// The URLs of one message: canonical, each once per source, bounded.
//
//   UrlList urls(arena);
//   urls.add("HTTP://Example.COM:80/a/../b", UrlSource::kLink, 0, defects);
//   urls.take()[0].canonical == "http://example.com/b"
//
// Bounds:   limits::kUrlsMax kept, kUrlsReadMax and kUrlBytesReadMax looked at, the others only
//           counted (kLimitUrls); limits::kUrlBytesMax of each.
// Borrows:  what is added, and the arena.
// Threads:  one at a time.
// Tests:    tests/ingest/mime/url_test.cc

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/limits.h"
#include "ingest/mime/defects.h"
#include "ingest/mime/url.h"

namespace sluice::mime {

class UrlList {
 public:
  explicit UrlList(Arena& arena) : arena_(arena), urls_(&arena), table_(&arena) {}

  // Relative references and what is no URL are passed over; once full() they are counted, too.
  void add(std::string_view written, UrlSource source, uint16_t part, DefectSet& defects);

  // All of them; the list is empty afterwards.
  std::pmr::vector<Url> take() { return std::move(urls_); }

  // Whether nothing that is added will be looked at any more: no need to prepare it.
  [[nodiscard]] bool full() const {
    return read_ >= limits::kUrlsReadMax || bytes_read_ >= limits::kUrlBytesReadMax;
  }

  // How many were added, repeats included.
  [[nodiscard]] uint32_t found() const { return found_; }

 private:
  void pass_over(DefectSet& defects);
  bool is_new(std::string_view canonical, UrlSource source);
  void grow();

  Arena& arena_;
  std::pmr::vector<Url> urls_;
  std::pmr::vector<uint16_t> table_;  // open addressing: index into urls_ + 1, 0 empty
  uint32_t found_ = 0;
  std::size_t read_ = 0;
  std::size_t bytes_read_ = 0;
};

}  // namespace sluice::mime
