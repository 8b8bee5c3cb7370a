#include "rules/language/replace_tags.h"

#include <utility>
#include <vector>

#include "base/limits.h"
#include "base/text.h"

namespace sluice::rules {
namespace {

constexpr auto kNone = std::string_view::npos;
constexpr int kRoundsMax = 6;

std::string_view take_word(std::string_view& text) {
  std::size_t end = 0;
  while (end < text.size() && !is_space(text[end])) ++end;
  const std::string_view word = text.substr(0, end);
  text = trim(text.substr(end));
  return word;
}

// "<A>", without < or > inside.
std::size_t end_of_tag(std::string_view text, std::size_t at) {
  if (text[at] != '<') return kNone;
  const std::size_t end = text.find_first_of("<>", at + 1);
  return end != kNone && text[end] == '>' && end > at + 1 ? end + 1 : kNone;
}

bool has_tag(std::string_view text) {
  const std::size_t open = text.find('<');
  return open != kNone && text.find('>', open + 2) != kNone;
}

// Tags, and what stands between them: empty where two stand side by side, or one stands first.
std::vector<std::string> split_at_tags(std::string_view text) {
  std::vector<std::string> out;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = end_of_tag(text, at);
    if (end == kNone) {
      ++at;
      continue;
    }
    out.emplace_back(text.substr(begin, at - begin));
    out.emplace_back(text.substr(at, end - at));
    begin = at = end;
  }
  if (begin < text.size()) out.emplace_back(text.substr(begin));
  return out;
}

// A pattern never begins with a tag: SpamAssassin writes these flags in front of it.
constexpr std::string_view kFront = "(?aa)";

}  // namespace

bool ReplaceTags::take(const Setting& setting, Diagnostics& diagnostics) {
  const auto fault = [&setting, &diagnostics](std::string hint) {
    report(diagnostics, at_place(Severity::kError, setting.place, setting.name + " lacks something",
                                 "write: " + setting.name + std::move(hint)));
    return true;
  };
  std::string_view value = setting.value;
  if (setting.name == "replace_start" || setting.name == "replace_end") {
    if (value.empty()) return fault(" <");
    (setting.name == "replace_start" ? start_ : end_) = value;
    return true;
  }
  if (setting.name == "replace_rules") {
    if (value.empty()) return fault(" NAME ...");
    while (!value.empty()) rules_.emplace(take_word(value));
    return true;
  }
  Names* names = nullptr;
  if (setting.name == "replace_tag") names = &tags_;
  if (setting.name == "replace_pre") names = &before_;
  if (setting.name == "replace_inter") names = &between_;
  if (setting.name == "replace_post") names = &after_;
  if (names == nullptr) return false;
  const std::string_view name = take_word(value);
  if (value.empty()) return fault(" NAME EXPRESSION");
  (*names)[std::string(name)] = value;
  return true;
}

std::string ReplaceTags::take_modifier(std::string& text, std::string_view kind,
                                       const Names& names) const {
  const std::string open = start_ + std::string(kind) + " ";
  const std::size_t at = text.find(open);
  if (at == kNone) return {};
  const std::size_t name_at = at + open.size();
  const std::size_t end = text.find(end_, name_at + 1);
  if (end == kNone) return {};
  const auto found = names.find(text.substr(name_at, end - name_at));
  text.erase(at, end + end_.size() - at);
  return found == names.end() ? std::string() : found->second;
}

// The first "<NAME>" of a piece, its marks left off.
std::optional<std::string_view> ReplaceTags::first_tag(std::string_view piece) const {
  const std::size_t open = piece.find(start_);
  if (open == kNone) return std::nullopt;
  const std::size_t name_at = open + start_.size();
  const std::size_t end = piece.find(end_, name_at + 1);
  if (end == kNone) return std::nullopt;
  return piece.substr(name_at, end - name_at);
}

std::string ReplaceTags::around_tags(std::string_view piece, const std::string& before,
                                     const std::string& after) const {
  const std::optional<std::string_view> tag = first_tag(piece);
  if (!tag.has_value()) return std::string(piece);
  const auto begin = static_cast<std::size_t>(tag->data() - piece.data()) - start_.size();
  const std::size_t end = begin + start_.size() + tag->size() + end_.size();
  return std::string(piece.substr(0, begin)) + before +
         std::string(piece.substr(begin, end - begin)) + after + std::string(piece.substr(end));
}

// True if what was put in has tags itself.
bool ReplaceTags::replace_tag_in(std::string& piece) const {
  const std::optional<std::string_view> tag = first_tag(piece);
  if (!tag.has_value()) return false;
  const auto found = tags_.find(*tag);
  if (found == tags_.end()) return false;
  const std::string written = start_ + std::string(*tag) + end_;
  const std::string& replacement = found->second;
  for (std::size_t at = piece.find(written); at != kNone;
       at = piece.find(written, at + replacement.size())) {
    piece.replace(at, written.size(), replacement);
  }
  return has_tag(replacement);
}

ReplaceTags::Round ReplaceTags::replace_once(std::string text) const {
  const std::string before = take_modifier(text, "pre", before_);
  const std::string after = take_modifier(text, "post", after_);
  const std::string between = take_modifier(text, "inter", between_);
  Round out;
  for (std::string& piece : split_at_tags(text)) {
    piece = around_tags(piece, before, after);
    if (piece.empty()) piece = between;
    out.again = replace_tag_in(piece) || out.again;
    out.text += piece;
    if (out.text.size() > limits::kRulePatternBytesMax) return {};
  }
  return out;
}

std::optional<std::string> ReplaceTags::replaced(const RegexText& regex) const {
  Round round{.text = std::string(kFront) + regex.pattern, .again = true};
  for (int i = 0; i < kRoundsMax && round.again; ++i) {
    round = replace_once(std::move(round.text));
    if (round.text.empty()) return std::nullopt;
  }
  return round.text.substr(kFront.size());
}

}  // namespace sluice::rules
