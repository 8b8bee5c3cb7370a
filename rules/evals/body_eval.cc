#include "rules/evals/body_eval.h"

#include <algorithm>

#include "base/text.h"
#include "ingest/mime/byte_scan.h"
#include "rules/evals/arguments.h"
#include "rules/evals/characters.h"
#include "rules/evals/families.h"
#include "rules/evals/part_search.h"
#include "rules/evals/stock_labels.h"
#include "rules/evals/word_counts.h"

namespace sluice::rules {

namespace {

constexpr std::string_view kAlternative = "multipart/alternative";

// ---- multipart_alternative_difference

// A rendered text as Perl sees it: a string of characters, or of bytes that are Latin-1, in which
// only ASCII counts as white space and as part of words.
struct WordText {
  std::string_view utf8 = {};
  bool ascii_classes = false;
};

std::string_view utf8_of_latin1(std::string_view text, Arena& arena) {
  const std::span<char> room = arena.take(text.size() * 2);
  std::size_t used = 0;
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte >= 0x80) room[used++] = static_cast<char>(0xC0U | byte >> 6U);
    room[used++] = byte < 0x80 ? c : static_cast<char>(0x80U | (byte & 0x3FU));
  }
  arena.trim(room, used);
  return {room.data(), used};
}

WordText word_text(std::string_view rendered, Arena& arena) {
  if (mime::valid_utf8(rendered)) return {.utf8 = rendered};
  return {.utf8 = utf8_of_latin1(rendered, arena), .ascii_classes = true};
}

// Whether a word that is not ASCII alone has a letter or digit.
bool has_word_character(std::string_view word, bool ascii_only) {
  for (std::size_t at = 0; at < word.size();) {
    const Character character = character_at(word, at);
    if (character.code < 0x80 || !ascii_only) {
      if (is_word_character(character.code)) return true;
    }
    at += character.bytes;
  }
  return false;
}

// Runs `visit` on what stands between white space and has a letter, a digit or an underscore.
template <typename Visit>
void for_each_word_of(const WordText& text, Visit&& visit) {
  const std::string_view all = text.utf8;
  std::size_t at = 0;
  while (at < all.size()) {
    const std::size_t from = at;
    bool word = false;
    bool wide = false;
    std::size_t space = 0;
    for (; at < all.size(); ++at) {
      const char c = all[at];
      if (is_alnum(c) || c == '_') {
        word = true;
      } else if (static_cast<uint8_t>(c) >= 0x80) {
        if (!text.ascii_classes && (space = space_bytes(all, at)) != 0) break;
        wide = true;
      } else if (is_space(c)) {
        space = 1;
        break;
      }
    }
    const std::string_view found = all.substr(from, at - from);
    if (word || (wide && has_word_character(found, text.ascii_classes))) visit(found);
    at += space;
  }
}

// An invitation of Exchange: HTML and a calendar entry, without the same in plain text.
bool is_invitation(std::span<const MailPart> parts) {
  return parts.size() == 3 && parts[0].type == kAlternative && !parts[0].leaf &&
         parts[1].parent == 0 && parts[1].type == "text/html" && parts[2].parent == 0 &&
         parts[2].type == "text/calendar";
}

std::size_t rendered_bytes(std::span<const MailPart> parts) {
  std::size_t bytes = 0;
  for (const MailPart& part : parts) bytes += part.text.rendered.text.size();
  return bytes;
}

// Counts the words of the text parts of one multipart/alternative.
void compare_alternatives(std::span<const MailPart> parts, Arena& arena,
                          BodyEvalState::Alternatives& result) {
  constexpr std::string_view kImageMark = "\n";  // no word is this
  constexpr std::size_t kBytesPerNewWord = 8;    // ordinary texts repeat themselves more
  WordCounts counts(arena, rendered_bytes(parts) / kBytesPerNewWord);
  for (const MailPart& part : parts) {
    if (!type_begins_with_word(part.type, "text") || part.text.rendered_type.empty()) continue;
    const bool html = part.text.rendered_type == "text/html";
    for_each_word_of(word_text(part.text.rendered.text, arena),
                     [&](std::string_view word) { counts.add(word, html ? 1 : 0); });
    if (html && counts.distinct(1) == 0 && part.text.html != nullptr &&
        has_tag(*part.text.html, "img")) {
      counts.add(kImageMark, 1);
    }
  }
  if (counts.distinct(1) == 0) return;
  result.html_words = counts.distinct(1);
  result.text_words = counts.distinct(0);
  const double missing =
      static_cast<double>(counts.more_in(1)) / static_cast<double>(result.html_words) * 100;
  result.missing_percent = std::max(result.missing_percent, missing);
}

const BodyEvalState::Alternatives& alternatives(EvalContext& context) {
  BodyEvalState::Alternatives& result = context.state.body.alternatives;
  if (result.read) return result;
  result.read = true;
  const std::span<const MailPart> parts = rendered_parts(context);
  if (is_invitation(parts)) return result;
  constexpr std::size_t kReadingsMax = 4;  // of one text, in alternatives of alternatives
  std::size_t bytes_left = rendered_bytes(parts) * kReadingsMax;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!type_begins_with_word(parts[i].type, kAlternative)) continue;
    const std::span<const MailPart> inside = parts.subspan(i, end_of_part(parts, i) - i);
    if (rendered_bytes(inside) > bytes_left) break;
    bytes_left -= rendered_bytes(inside);
    compare_alternatives(inside, context.mail.arena(), result);
  }
  return result;
}

int multipart_alternative_difference(EvalContext& context) {
  const double found = alternatives(context).missing_percent;
  const NumberArguments& given = numbers(context);
  const bool enough = given.at(0) == 0 || found > given.at(0);
  return enough && (context.arguments[1] == "undef" || found <= given.at(1)) ? 1 : 0;
}

int multipart_alternative_difference_count(EvalContext& context) {
  const BodyEvalState::Alternatives& found = alternatives(context);
  const auto html = static_cast<double>(found.html_words);
  if (!(html > numbers(context).at(1))) return 0;
  return static_cast<double>(found.text_words) / html > numbers(context).at(0) ? 1 : 0;
}

// ---- check_blank_line_ratio

bool is_blank(std::string_view text) {
  return std::all_of(text.begin(), text.end(), is_space);
}

void count_lines(std::string_view text, BodyEvalState::Lines& lines) {
  while (!text.empty()) {
    const std::size_t newline = text.find('\n');
    const std::size_t bytes = newline == std::string_view::npos ? text.size() : newline + 1;
    lines.all += 1;
    if (is_blank(text.substr(0, bytes))) ++lines.blank;
    text.remove_prefix(bytes);
  }
}

int check_blank_line_ratio(EvalContext& context) {
  BodyEvalState::Lines& lines = context.state.body.lines;
  if (!lines.read) {
    lines.read = true;
    const TextUnits& raw = context.mail.rawbody();
    for (std::size_t i = 0; i < raw.units.size(); ++i) count_lines(raw.text(i), lines);
  }
  const NumberArguments& given = numbers(context);
  const double lines_min = std::max(given.at(2), 1.0);
  const auto all = static_cast<double>(lines.all);
  const double ratio = all < lines_min ? -1 : 100 * static_cast<double>(lines.blank) / all;
  return (given.at(0) == 0 || ratio > given.at(0)) && ratio <= given.at(1) ? 1 : 0;
}

// ---- tvd_vertical_words

// Blanks for each hundred other bytes of the unit that has the most; 100 is the most there is.
int widest_spacing(const TextUnits& units) {
  int most = -1;
  for (std::size_t i = 0; i < units.units.size(); ++i) {
    const std::string_view text = units.text(i);
    if (text.size() <= 5) continue;
    const auto blanks = static_cast<std::size_t>(std::count(text.begin(), text.end(), ' '));
    const std::size_t others = text.size() - blanks;
    most = std::max(most, blanks > others ? 100 : static_cast<int>(100 * blanks / others));
  }
  return most;
}

int tvd_vertical_words(EvalContext& context) {
  int& most = context.state.body.widest_spacing;
  if (most == -2) most = widest_spacing(texts_of_caller(context));
  const double limit = numbers(context).at(1) >= 100 ? 101 : numbers(context).at(1);
  return most >= numbers(context).at(0) && most < limit ? 1 : 0;
}

// ---- check_stock_info

int stock_words(EvalContext& context) {
  const std::span<const MailPart> parts = rendered_parts(context);
  const auto part = std::find_if(parts.begin(), parts.end(),
                                 [](const MailPart& p) { return p.type == "text/plain"; });
  if (part == parts.end() || part->text.rendered_type.empty()) return 0;
  return static_cast<int>(count_stock_labels(part->text.rendered.text));
}

int check_stock_info(EvalContext& context) {
  int& count = context.state.body.stock_words;
  if (count < 0) count = stock_words(context);
  return numbers(context).at(0) == 0 || count >= numbers(context).at(0) ? 1 : 0;
}

// ---- lengths

int check_body_length(EvalContext& context) {
  const auto bytes = static_cast<double>(context.mail.pristine_body().size());
  return bytes <= numbers(context).at(0) ? 1 : 0;
}

// Whether the line is what stands before a signature: two dashes and perhaps a blank.
bool is_signature_mark(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line == "--" || line == "-- ";
}

void read_signature(std::string_view text, BodyEvalState::Signature& signature) {
  constexpr std::size_t kDecoyBytes = 4;  // a mark so near the end begins no signature
  signature.body_bytes = text.size();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (is_signature_mark(text.substr(at, end - at)) && text.size() - end > kDecoyBytes) {
      signature.body_bytes = at;
      signature.signature_bytes = text.size() - end;
    }
    at = end + 1;
  }
}

const BodyEvalState::Signature& signature(EvalContext& context) {
  BodyEvalState::Signature& result = context.state.body.signature;
  if (result.read) return result;
  result.read = true;
  const std::span<const MailPart> parts = context.mail.tree();
  const auto part = std::find_if(parts.begin(), parts.end(), [](const MailPart& p) {
    return p.type.starts_with("text/plain");
  });
  if (part == parts.end()) return result;
  result.found = true;
  read_signature(context.mail.decoded(static_cast<std::size_t>(part - parts.begin())), result);
  return result;
}

int in_range(double value, const NumberArguments& given) {
  return value >= given.at(0) && (!given.has(1) || value <= given.at(1)) ? 1 : 0;
}

int plaintext_body_length(EvalContext& context) {
  const BodyEvalState::Signature& found = signature(context);
  return found.found ? in_range(static_cast<double>(found.body_bytes), numbers(context)) : 0;
}

int plaintext_sig_length(EvalContext& context) {
  const BodyEvalState::Signature& found = signature(context);
  return found.found ? in_range(static_cast<double>(found.signature_bytes), numbers(context)) : 0;
}

int plaintext_body_sig_ratio(EvalContext& context) {
  constexpr double kNoSignature = 1e6;
  const BodyEvalState::Signature& found = signature(context);
  if (!found.found) return 0;
  const double ratio = found.signature_bytes == 0 ? kNoSignature
                                                  : static_cast<double>(found.body_bytes) /
                                                        static_cast<double>(found.signature_bytes);
  return in_range(ratio, numbers(context));
}

constexpr EvalEntry kEntries[] = {
    {.name = "multipart_alternative_difference",
     .plugin = "BodyEval",
     .meaning = "percent of the HTML's words that the plain text lacks, above min, to max",
     .run = multipart_alternative_difference,
     .prepare = prepare_numbers,
     .arguments_min = 2,
     .arguments_max = 2},
    {.name = "multipart_alternative_difference_count",
     .plugin = "BodyEval",
     .meaning = "words of the plain text for one of the HTML, which has more than so many",
     .run = multipart_alternative_difference_count,
     .prepare = prepare_numbers,
     .arguments_min = 2,
     .arguments_max = 2},
    {.name = "check_blank_line_ratio",
     .plugin = "BodyEval",
     .meaning = "percent of blank lines above min, to max, in so many lines at least",
     .run = check_blank_line_ratio,
     .prepare = prepare_numbers,
     .arguments_min = 2,
     .arguments_max = 3},
    {.name = "tvd_vertical_words",
     .plugin = "BodyEval",
     .meaning = "blanks for each hundred other bytes, from min to below max",
     .run = tvd_vertical_words,
     .prepare = prepare_numbers,
     .arguments_min = 2,
     .arguments_max = 2},
    {.name = "check_stock_info",
     .plugin = "BodyEval",
     .meaning = "so many different labels of stock tips, as 'Current Price:'",
     .run = check_stock_info,
     .prepare = prepare_numbers,
     .arguments_min = 1,
     .arguments_max = 1},
    {.name = "check_body_length",
     .plugin = "BodyEval",
     .meaning = "the body has at most so many bytes",
     .run = check_body_length,
     .prepare = prepare_numbers,
     .arguments_min = 1,
     .arguments_max = 1},
    {.name = "plaintext_body_length",
     .plugin = "BodyEval",
     .meaning = "bytes of the first text/plain part before its signature, from min to max",
     .run = plaintext_body_length,
     .prepare = prepare_numbers,
     .arguments_min = 1,
     .arguments_max = 2},
    {.name = "plaintext_sig_length",
     .plugin = "BodyEval",
     .meaning = "bytes of the first text/plain part's signature, from min to max",
     .run = plaintext_sig_length,
     .prepare = prepare_numbers,
     .arguments_min = 1,
     .arguments_max = 2},
    {.name = "plaintext_body_sig_ratio",
     .plugin = "BodyEval",
     .meaning = "how much longer the text is than its signature, from min to max",
     .run = plaintext_body_sig_ratio,
     .prepare = prepare_numbers,
     .arguments_min = 1,
     .arguments_max = 2},
};

}  // namespace

std::span<const EvalEntry> body_evals() {
  return kEntries;
}

}  // namespace sluice::rules
