// What SpamAssassin's HTML tests know of one HTML part.
//
// Source:   Mail::SpamAssassin::HTML of 4.0.1, and HTML::Parser for the tokens.
// Tests:    tests/rules/mail/html_test.cc

#pragma once

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::rules {

// A link of an HTML part: what uri_detail of the original holds under one key. The link of an <a>
// that is not absolute stands here twice: resolved, with types; as written, with its anchor texts.
struct HtmlUri {
  std::string_view uri = {};
  uint32_t types = 0;  // UriType bits; 0: an <a> gave it this text, but none links to it
  std::pmr::vector<std::string_view> anchor_texts;

  explicit HtmlUri(std::pmr::memory_resource* memory) : anchor_texts(memory) {}
};

struct HtmlFacts {
  // Numbers and truths by the names that html_test() and html_range() use: "ratio", "image_area",
  // "max_size", "font_low_contrast", ... Absent is undefined.
  std::pmr::vector<std::pair<std::string_view, double>> values;
  // Texts by name: "charset", "charsets" and the like, as html_eval() uses them.
  std::pmr::vector<std::pair<std::string_view, std::string_view>> texts;
  // How often each tag was opened and not yet closed at the end ("inside" of the original).
  std::pmr::vector<std::pair<std::string_view, int>> inside;
  std::pmr::vector<std::string_view> titles;
  std::pmr::vector<std::string_view> comments;
  std::pmr::vector<std::string_view> scripts;
  std::pmr::vector<std::string_view> anchors;
  std::pmr::vector<HtmlUri> uris;  // in the order of the first mention
  bool uri_truncated = false;

  explicit HtmlFacts(std::pmr::memory_resource* memory)
      : values(memory),
        texts(memory),
        inside(memory),
        titles(memory),
        comments(memory),
        scripts(memory),
        anchors(memory),
        uris(memory) {}

  [[nodiscard]] std::optional<double> value(std::string_view name) const;
  [[nodiscard]] int open_tags(std::string_view tag) const;
};

}  // namespace sluice::rules
