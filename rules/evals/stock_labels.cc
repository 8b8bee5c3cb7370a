#include "rules/evals/stock_labels.h"

#include <algorithm>
#include <array>

#include <re2/re2.h>

#include "base/text.h"
#include "rules/evals/characters.h"

namespace sluice::rules {

namespace {

// "Current Price: 2 EUR" is a label and something after the colon. `at` is where it was found.
struct Label {
  std::string_view text = {};
  std::size_t next = std::string_view::npos;  // where the search goes on
};

constexpr std::size_t kLabelCharactersMax = 30;

// The end of the label that begins at `at`: a colon, a newline, or 30 characters on.
std::size_t end_of_label(std::string_view text, std::size_t at) {
  for (std::size_t count = 0; count < kLabelCharactersMax && at < text.size(); ++count) {
    if (text[at] == ':' || text[at] == '\n') break;
    at += static_cast<uint8_t>(text[at]) < 0x80 ? 1 : character_at(text, at).bytes;
  }
  return at;
}

// Reads the label at the begin of the line at `at`; its text is empty if there is none.
Label read_label(std::string_view text, std::size_t at) {
  const std::size_t from = skip_space(text, at);
  if (from >= text.size()) return {};
  const std::size_t newline = text.find('\n', from);
  const std::size_t next = newline == std::string_view::npos ? newline : newline + 1;
  if (text[from] == ':') return {.next = next};
  const std::size_t to = end_of_label(text, from);
  const std::size_t colon = skip_space(text, to);
  if (colon >= text.size() || text[colon] != ':') return {.next = next};
  const std::size_t value = skip_space(text, colon + 1);
  const std::string_view label = text.substr(from, to - from);
  if (value >= text.size() || count_characters(label) < 3) return {.next = next};
  const std::size_t after = text.find('\n', value);
  return {.text = label, .next = after == std::string_view::npos ? after : after + 1};
}

// What stock tips call things, each at the end of a label's letters.
constexpr std::array<std::string_view, 32> kNames = {
    "company",        "companyname",      "target",         "ticker",         "openingp",
    "openingprice",   "currentp",         "currentprice",   "projected",      "position",
    "expectations",   "weekhigh",         "weekshigh",      "yeartarget",     "weektarget",
    "monthtarget",    "daytarget",        "pricetarget",    "yearestimate",   "weekestimate",
    "monthestimate",  "dayestimate",      "priceestimate",  "yearestimates",  "weekestimates",
    "monthestimates", "dayestimates",     "priceestimates", "recommendation", "rating",
    "sector",         "marketperformance"};

// "stock" and "symbol", with a letter more between any two.
const re2::RE2& disguised_names() {
  static const re2::RE2 kPattern(
      "(s[a-z]?(?:t[a-z]?o[a-z]?c[a-z]?k|y[a-z]?m(?:[a-z]?b[a-z]?o[a-z]?l)?))$");
  return kPattern;
}

// What of a label's letters is a name of stock tips, the longest; empty: nothing.
std::string_view stock_name(std::string_view letters) {
  if (letters == "tradedate" || letters == "tradingdate") return letters;
  const char last = letters.back();
  if (last == 'k' || last == 'm' || last == 'l') {
    re2::StringPiece word;
    const re2::StringPiece text(letters.data(), letters.size());
    re2::RE2::PartialMatch(text, disguised_names(), &word);
    return {word.data(), word.size()};
  }
  std::string_view longest = {};
  for (const std::string_view name : kNames) {
    if (name.size() > longest.size() && letters.ends_with(name)) longest = name;
  }
  return longest;
}

// Stock tips have few different labels; the count only has to reach what rules ask for.
struct StockWords {
  static constexpr std::size_t kMax = 32;
  static constexpr std::size_t kBytesMax = kLabelCharactersMax;
  std::array<std::array<char, kBytesMax>, kMax> words = {};
  std::array<std::size_t, kMax> bytes = {};
  std::size_t count = 0;

  void add(std::string_view word) {
    for (std::size_t i = 0; i < count; ++i) {
      if (std::string_view(words[i].data(), bytes[i]) == word) return;
    }
    if (count == kMax) return;
    std::copy(word.begin(), word.end(), words[count].begin());
    bytes[count++] = word.size();
  }
};

void judge_label(std::string_view label, StockWords& found) {
  std::array<char, kLabelCharactersMax> letters = {};
  std::size_t count = 0;
  for (const char c : label) {
    if (is_alpha(c) && count < letters.size()) letters[count++] = ascii_lower(c);
  }
  constexpr std::size_t kShortest = 3;  // "sym"
  if (count < kShortest) return;
  const std::string_view name = stock_name({letters.data(), count});
  if (!name.empty()) found.add(name);
}

// Where the line begins that ends, but for white space, before `colon`; not before `at`. Bytes that
// may be white space of Unicode are taken for such: an earlier line does no harm.
std::size_t line_before(std::string_view text, std::size_t at, std::size_t colon) {
  std::size_t end = colon;
  while (end > at && (is_space(text[end - 1]) || static_cast<uint8_t>(text[end - 1]) >= 0x80))
    --end;
  const std::size_t newline = text.substr(at, end - at).rfind('\n');
  return newline == std::string_view::npos ? at : at + newline + 1;
}

void find_labels(std::string_view text, StockWords& found) {
  std::size_t at = 0;
  for (std::size_t colon = text.find(':'); colon != std::string_view::npos;
       colon = text.find(':', at)) {
    const Label label = read_label(text, line_before(text, at, colon));
    if (!label.text.empty()) judge_label(label.text, found);
    if (label.next == std::string_view::npos) return;
    at = label.next;
  }
}

// Runs `visit` on pieces of 2,048 to 4,096 characters, which end after a newline, else after '>', a
// blank, or anywhere.
template <typename Visit>
void for_each_short_paragraph(std::string_view text, Visit&& visit) {
  constexpr std::size_t kCharacters = 2'048;
  std::size_t left = text.size() > kCharacters ? count_characters(text) : 0;
  while (left > 2 * kCharacters) {
    const std::size_t half = after_characters(text, 0, kCharacters);
    const std::string_view choice =
        text.substr(half, after_characters(text, half, kCharacters) - half);
    std::size_t last = choice.find('\n');
    if (last == std::string_view::npos) last = choice.find('>');
    if (last == std::string_view::npos) last = choice.find(' ');
    const std::size_t bytes =
        last == std::string_view::npos ? after_characters(text, half, 1) : half + last + 1;
    left -= count_characters(text.substr(0, bytes));
    visit(text.substr(0, bytes));
    text.remove_prefix(bytes);
  }
  if (!text.empty()) visit(text);
}

}  // namespace

std::size_t count_stock_labels(std::string_view text) {
  StockWords found;
  for_each_short_paragraph(text, [&found](std::string_view piece) { find_labels(piece, found); });
  return found.count;
}

}  // namespace sluice::rules
