// What SpamAssassin's HTML tests know of one HTML part.
//
//   facts.value(HtmlFact::kRatio)      0.25; nullopt: undefined
//   facts.value("font_low_contrast")   the same by the name that html_test() and html_range() use
//   facts.open_tags("script")          how many stay open
//
// Source:   Mail::SpamAssassin::HTML of 4.0.1 (put_results), and HTML::Parser for the tokens.
// Borrows:  texts are views into the part and the arena.
// Threads:  one at a time.
// Tests:    tests/rules/mail/html_test.cc

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/arena.h"

namespace sluice::rules {

struct ReadLink;

// A link of an HTML part: what uri_detail of the original holds under one key. The link of an <a>
// that is not absolute stands here twice: resolved, with types; as written, with its anchor texts.
struct HtmlUri {
  std::string_view uri = {};
  uint32_t types = 0;   // UriType bits; 0: an <a> gave it this text, but none links to it
  bool narrow = false;  // Perl holds it as bytes, which stand for Latin-1
  std::pmr::vector<std::string_view> anchor_texts;
  const ReadLink* read = nullptr;  // what is made of it, where that is known already

  explicit HtmlUri(std::pmr::memory_resource* memory) : anchor_texts(memory) {}
};

// Numbers and truths, 1 where the original only says that something is so.
enum class HtmlFact : uint8_t {
  kHtml,
  kFontLowContrast,
  kFontInvalidColor,
  kFontFaceBad,
  kFormActionMailto,
  kEmbeds,
  kUriTruncated,
  kImageArea,
  kLength,      // characters of HTML
  kHtmlLength,  // characters of rendered text
  kNonSpaceLen,
  kRatio,
  kMinSize,
  kMaxSize,
  kClosedExtraRatio,
  kBackhairCount,
  kBadTagRatio,
  kNonElementRatio,
  kObfuscationRatio,
};

inline constexpr std::size_t kHtmlFacts = 19;

// "font_low_contrast"; nullopt: there is no such fact.
std::optional<HtmlFact> html_fact_named(std::string_view name);
std::string_view html_fact_name(HtmlFact fact);

struct HtmlFacts {
  // Texts by name. The original keeps none: what it knows of charsets never gets to its tests.
  std::pmr::vector<std::pair<std::string_view, std::string_view>> texts;
  // How often each tag was opened and not yet closed at the end ("inside" of the original), in the
  // order of their first mention.
  std::pmr::vector<std::pair<std::string_view, int>> inside;
  std::pmr::vector<std::string_view> titles;
  std::pmr::vector<std::string_view> comments;
  std::pmr::vector<std::string_view> scripts;
  std::pmr::vector<std::string_view> anchors;
  std::pmr::vector<HtmlUri> uris;  // in the order of the first mention
  bool uris_cut = false;           // relative links were left out: the base is long
  bool uri_truncated = false;

  explicit HtmlFacts(std::pmr::memory_resource* memory)
      : texts(memory),
        inside(memory),
        titles(memory),
        comments(memory),
        scripts(memory),
        anchors(memory),
        uris(memory) {}

  // With all its texts in the arena.
  [[nodiscard]] HtmlFacts* copy_to(Arena& arena) const;

  [[nodiscard]] std::optional<double> value(HtmlFact fact) const {
    const auto i = static_cast<std::size_t>(fact);
    if ((known_ >> i & 1U) == 0) return std::nullopt;
    return values_[i];
  }

  [[nodiscard]] std::optional<double> value(std::string_view name) const;
  [[nodiscard]] int open_tags(std::string_view tag) const;

  void set(HtmlFact fact, double value) {
    const auto i = static_cast<std::size_t>(fact);
    values_[i] = value;
    known_ |= 1U << i;
  }

 private:
  std::array<double, kHtmlFacts> values_{};
  uint32_t known_ = 0;  // bit i: values_[i] is defined
};

}  // namespace sluice::rules
