#include "rules/evals/header_eval.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <string>

#include <emmintrin.h>

#include "base/text.h"
#include "rules/evals/families.h"
#include "rules/evals/locales.h"

namespace sluice::rules {

namespace {

constexpr std::size_t kAddressBytesMax = 1024;    // longer ones are compared with nothing
constexpr std::size_t kSubjectBytesMax = 16'384;  // what is searched for an address

bool is_word_byte(char c) {
  return is_alnum(c) || c == '_';
}

bool is_capital(char c) {
  return c >= 'A' && c <= 'Z';
}

int never(EvalContext& /*context*/) {
  return 0;
}

// ---- charsets

// Whether the encoded words of `line`, "=?charset?Q?...?=", are all in charsets one can read.
bool are_words_ok(std::string_view line, const LocaleSettings& locales) {
  std::size_t at = line.find("=?");
  while (at != std::string_view::npos) {
    const std::size_t name = at + 2;
    const std::size_t mark = line.find('?', std::min(name + 1, line.size()));
    if (mark == std::string_view::npos) return true;
    if (mark + 2 < line.size() && line[mark + 2] == '?') {
      const std::size_t end = line.find("?=", mark + 3);
      if (end == std::string_view::npos) return true;
      if (!is_charset_ok(line.substr(name, mark - name), locales)) return false;
      at = line.find("=?", end + 2);
    } else {
      at = line.find("=?", at + 1);
    }
  }
  return true;
}

int check_for_faraway_charset_in_headers(EvalContext& context) {
  const LocaleSettings& locales = context.settings.locales;
  if (locales.all) return 0;
  for (const std::string_view name : {"From", "Subject"}) {
    bool ok = true;
    for_each_line(text_of(context.mail, name, ":raw"), [&](std::string_view line) {
      ok = are_words_ok(line, locales);
      return ok;
    });
    if (!ok) return 1;
  }
  return 0;
}

// ---- bytes that must not stand in a header

struct IllegalChars final : EvalPrepared {
  double ratio_min = 0;
  double count_min = 0;
  bool subject = false;
  std::string forms = ":raw";
  std::string field = {};
};

std::unique_ptr<const EvalPrepared> prepare_illegal_chars(std::span<const std::string> arguments,
                                                          std::string& /*fault*/) {
  auto prepared = std::make_unique<IllegalChars>();
  const std::size_t colon = arguments[0].find(':');
  prepared->field = arguments[0].substr(0, colon);
  if (colon != std::string::npos) {
    prepared->forms = arguments[0].substr(colon);
    if (!arguments[0].ends_with(":raw")) prepared->forms += ":raw";
  }
  prepared->subject = iequals(prepared->field, "subject") && prepared->forms == ":raw";
  prepared->ratio_min = std::strtod(arguments[1].c_str(), nullptr);
  prepared->count_min = std::strtod(arguments[2].c_str(), nullptr);
  return prepared;
}

struct ByteCounts {
  std::size_t controls = 0;  // below 0x20 but no tab or line end
  std::size_t deletes = 0;   // 0x7f
  std::size_t high = 0;      // above 0x7f
  std::size_t signs = 0;     // cent, pound, registered: of Latin-1
  bool blank = true;
};

void count_byte(char c, ByteCounts& counts) {
  const auto byte = static_cast<uint8_t>(c);
  counts.high += byte >> 7U;
  counts.controls += byte < 0x20 && c != '\t' && c != '\n' && c != '\r' ? 1 : 0;
  counts.deletes += byte == 0x7f ? 1 : 0;
  counts.signs += byte == 0xa2 || byte == 0xa3 || byte == 0xae ? 1 : 0;
}

// Whether none of sixteen bytes counts. As signed numbers, bytes above 0x7f are below zero.
bool none_counts(const char* bytes) {
  const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
  const auto is = [&block](char c) { return _mm_cmpeq_epi8(block, _mm_set1_epi8(c)); };
  const __m128i low = _mm_cmplt_epi8(block, _mm_set1_epi8(' '));
  const __m128i lines = _mm_or_si128(_mm_or_si128(is('\t'), is('\n')), is('\r'));
  return _mm_movemask_epi8(_mm_or_si128(_mm_andnot_si128(lines, low), is('\x7f'))) == 0;
}

ByteCounts count_bytes(std::string_view text) {
  constexpr std::size_t kBlock = 16;
  ByteCounts counts;
  counts.blank = std::all_of(text.begin(), text.end(), is_space);
  while (!text.empty()) {
    const std::string_view block = text.substr(0, kBlock);
    text.remove_prefix(block.size());
    if (block.size() == kBlock && none_counts(block.data())) continue;
    for (const char c : block) count_byte(c, counts);
  }
  return counts;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t bytes = utf8_length(text);
    if (bytes == 0) return false;
    text.remove_prefix(bytes);
  }
  return true;
}

int check_illegal_chars(EvalContext& context) {
  const auto& wanted = static_cast<const IllegalChars&>(*context.prepared);
  const std::string_view text = text_of(context.mail, wanted.field, wanted.forms);
  const ByteCounts counts = count_bytes(text);
  if (counts.blank) return 0;
  if (counts.high > 0 && counts.controls == 0 && is_utf8(text)) return 0;
  std::size_t illegal = counts.controls + counts.deletes + counts.high;
  if (illegal > 0 && wanted.subject && counts.signs == 1) --illegal;
  const auto count = static_cast<double>(illegal);
  const bool hit =
      count / static_cast<double>(text.size()) >= wanted.ratio_min && count >= wanted.count_min;
  return hit ? 1 : 0;
}

// ---- authors and envelope

int check_for_matching_env_and_hdr_from(EvalContext& context) {
  const bool same =
      iequals(first_address(context.mail, "EnvelopeFrom"), first_address(context.mail, "From"));
  return same ? 1 : 0;
}

// The last two labels of what follows the last "@"; "" if nothing does.
std::string_view last_two_labels(std::string_view address) {
  const std::size_t at = address.rfind('@');
  if (at == std::string_view::npos) return {};
  const std::string_view domain = address.substr(at + 1);
  const std::size_t dot = domain.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == domain.size()) return domain;
  const std::size_t before = domain.rfind('.', dot - 1);
  if (before == std::string_view::npos || before == 0 || before + 1 == dot) return domain;
  return domain.substr(before + 1);
}

int check_equal_from_domains(EvalContext& context) {
  const std::string_view from = last_two_labels(first_address(context.mail, "From"));
  if (from.empty()) return 0;
  const std::string_view sender = last_two_labels(first_address(context.mail, "EnvelopeFrom"));
  return !sender.empty() && !iequals(from, sender) ? 1 : 0;
}

// "SRS0=", "SRS1+"
bool is_rewritten(std::string_view address) {
  return istarts_with(address, "srs") && address.size() > 4 && is_digit(address[3]) &&
         (address[4] == '=' || address[4] == '+' || address[4] == '-');
}

// Whether "DOMAIN.USER@" stands in `text`, any byte for the dot.
bool has_reversed(std::string_view text, std::string_view domain, std::string_view user) {
  const std::size_t size = domain.size() + user.size() + 2;
  for (std::size_t at = 0; at + size <= text.size(); ++at) {
    const bool apart = at == 0 || is_word_byte(text[at - 1]) != is_word_byte(text[at]);
    if (apart && iequals(text.substr(at, domain.size()), domain) &&
        iequals(text.substr(at + domain.size() + 1, user.size()), user) &&
        text[at + size - 1] == '@') {
      return true;
    }
  }
  return false;
}

int check_ratware_envelope_from(EvalContext& context) {
  const std::string_view to = first_address(context.mail, "To");
  const std::string_view from = first_address(context.mail, "EnvelopeFrom");
  const std::size_t at = to.find('@');
  if (from.empty() || at == 0 || at == std::string_view::npos || is_rewritten(from)) return 0;
  if (to.size() > kAddressBytesMax || from.size() > kAddressBytesMax) return 0;
  const BoundarySettings& boundaries = context.settings.boundaries;
  const std::string_view domain = boundaries.domain_of(to.substr(at + 1), context.mail.arena());
  if (!boundaries.registry().has_valid_tld(domain)) return 0;
  return has_reversed(from, domain, to.substr(0, at)) ? 1 : 0;
}

// ---- recipients

constexpr std::size_t kRecipientsMax = 256;
constexpr std::size_t kSortedMin = 7;
constexpr std::size_t kSimilarMin = 5;
constexpr std::size_t kSimilarBytes = 2;

// Appends what does not repeat the address before it.
std::size_t add_recipients(Mail& mail, std::string_view name,
                           std::vector<std::string_view>& addresses) {
  std::size_t count = 0;
  for_each_line(addresses_of(mail, name), [&](std::string_view address) {
    ++count;
    const std::string_view before = addresses.empty() ? std::string_view() : addresses.back();
    if (!iequals(address, before) && addresses.size() < kRecipientsMax) {
      addresses.push_back(address);
    }
    return true;
  });
  return count;
}

std::string_view host_of(std::string_view address) {
  const std::size_t at = address.find('@');
  return at == std::string_view::npos ? std::string_view() : address.substr(at + 1);
}

bool are_similar_hosts(std::string_view a, std::string_view b) {
  return a.substr(0, kSimilarBytes) == b.substr(0, kSimilarBytes) && a != b;
}

// How many of all pairs begin alike. Appends the hosts to `words`, which has the addresses.
double similarity(std::vector<std::string_view>& words) {
  const std::size_t count = words.size();
  words.reserve(count * 2);
  for (std::size_t i = 0; i < count; ++i) words.push_back(host_of(words[i]));
  std::size_t hits = 0;
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = i + 1; j < count; ++j) {
      hits += words[i].substr(0, kSimilarBytes) == words[j].substr(0, kSimilarBytes) ? 1U : 0U;
      hits += are_similar_hosts(words[count + i], words[count + j]) ? 1U : 0U;
    }
  }
  return static_cast<double>(hits) /
         (static_cast<double>(count) * static_cast<double>(count - 1) / 2);
}

const HeaderEvalState& recipients(EvalContext& context) {
  HeaderEvalState& state = context.state.header;
  if (state.recipients_read) return state;
  state.recipients_read = true;
  state.words.clear();
  if (add_recipients(context.mail, "ToCc", state.words) < kSimilarMin) {
    add_recipients(context.mail, "Bcc", state.words);
  }
  state.sorted =
      state.words.size() >= kSortedMin && std::is_sorted(state.words.begin(), state.words.end());
  if (state.words.size() >= kSimilarMin) state.similar = similarity(state.words);
  return state;
}

int sorted_recipients(EvalContext& context) {
  return recipients(context).sorted ? 1 : 0;
}

struct SimilarRange final : EvalPrepared {
  std::optional<double> min = {};
  std::optional<double> max = {};
};

std::optional<double> bound(const std::string& argument) {
  if (argument == "undef") return std::nullopt;
  return std::strtod(argument.c_str(), nullptr);
}

std::unique_ptr<const EvalPrepared> prepare_similar(std::span<const std::string> arguments,
                                                    std::string& /*fault*/) {
  auto range = std::make_unique<SimilarRange>();
  range->min = bound(arguments[0]);
  range->max = bound(arguments[1]);
  return range;
}

int similar_recipients(EvalContext& context) {
  const auto& range = static_cast<const SimilarRange&>(*context.prepared);
  const double similar = recipients(context).similar;
  return (!range.min || similar >= *range.min) && (!range.max || similar < *range.max) ? 1 : 0;
}

int check_for_missing_to_header(EvalContext& context) {
  const bool missing =
      text_of(context.mail, "To").empty() && text_of(context.mail, "Apparently-To").empty();
  return missing ? 1 : 0;
}

// ---- subject

// "Re:", "Fwd: ", ... at the front of `subject`, all of them; how many bytes.
std::size_t reply_prefixes(std::string_view subject) {
  constexpr std::array<std::string_view, 10> kPrefixes = {
      "re:", "fwd:", "fw:", "aw:", "antwort:", "wg:", "sv:", "vb:", "vs:", "vl:"};
  std::size_t at = 0;
  for (bool found = true; found;) {
    found = false;
    for (const std::string_view prefix : kPrefixes) {
      if (!istarts_with(subject.substr(at), prefix)) continue;
      at += prefix.size();
      while (at < subject.size() && is_space(subject[at])) ++at;
      found = true;
      break;
    }
  }
  return at;
}

bool is_shouted(std::string_view subject) {
  subject = trim(subject);
  subject.remove_prefix(reply_prefixes(subject));
  if (subject.size() < 10 || std::none_of(subject.begin(), subject.end(), is_space)) return false;
  const auto is_small = [](char c) { return c >= 'a' && c <= 'z'; };
  return std::any_of(subject.begin(), subject.end(), is_capital) &&
         std::none_of(subject.begin(), subject.end(), is_small);
}

// Charsets of scripts without small letters, in which any text looks shouted.
bool is_script_without_case(std::string_view charset) {
  constexpr std::array<std::string_view, 12> kScripts = {
      "koi",   "jp",     "jis",          "euc",        "gb",    "big5",
      "isoir", "cp1251", "windows-1251", "georgianps", "pt154", "tis"};
  return std::any_of(kScripts.begin(), kScripts.end(), [&](std::string_view script) {
    return ifind(charset, script) != std::string_view::npos;
  });
}

bool has_word_without_case(std::string_view raw) {
  std::size_t at = raw.find("=?");
  for (; at != std::string_view::npos; at = raw.find("=?", at + 2)) {
    std::size_t end = at + 2;
    while (end < raw.size() && (is_word_byte(raw[end]) || raw[end] == '-')) ++end;
    if (end < raw.size() && raw[end] == '?' &&
        is_script_without_case(raw.substr(at + 2, end - at - 2))) {
      return true;
    }
  }
  return false;
}

int subject_is_all_caps(EvalContext& context) {
  if (!is_shouted(text_of(context.mail, "Subject"))) return 0;
  return has_word_without_case(text_of(context.mail, "Subject", ":raw")) ? 0 : 1;
}

bool is_mark(char c) {
  return c == ',' || c == ':' || c == ';' || c == '!' || c == '?' || c == '-';
}

bool is_end(std::string_view rest) {
  return rest.empty() || rest == "\n";
}

std::string_view skip_blanks(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  return text;
}

bool is_name_to_end(std::string_view text, std::string_view name) {
  return istarts_with(text, name) && is_end(text.substr(name.size()));
}

// "Re: alice", "Fw: dear alice"
bool is_reply_to_name(std::string_view subject, std::string_view name) {
  if (!istarts_with(subject, "re:") && !istarts_with(subject, "fw:")) return false;
  subject = skip_blanks(subject.substr(3));
  if (is_name_to_end(subject, name)) return true;
  std::size_t word = 0;
  while (word < subject.size() && is_word_byte(subject[word])) ++word;
  const std::string_view rest = subject.substr(word);
  return word > 0 && !rest.empty() && is_space(rest[0]) && is_name_to_end(skip_blanks(rest), name);
}

// "alice, ", "alice!"
bool is_called(std::string_view subject, std::string_view name) {
  if (!subject.starts_with(name)) return false;
  const std::string_view rest = skip_blanks(subject.substr(name.size()));
  return !rest.empty() && is_mark(rest[0]) && (rest.size() == 1 || is_space(rest[1]));
}

// ", alice!"
bool is_called_behind_comma(std::string_view subject, std::string_view name) {
  if (!subject.starts_with(',')) return false;
  subject = skip_blanks(subject.substr(1));
  if (!istarts_with(subject, name)) return false;
  const std::string_view rest = subject.substr(name.size());
  return !rest.empty() && is_mark(rest[0]) && is_end(rest.substr(1));
}

bool has_user(std::string_view subject, std::string_view user) {
  return is_reply_to_name(subject, user) || is_called(subject, user) ||
         is_name_to_end(subject, user) || is_called_behind_comma(subject, user);
}

bool is_boundary(std::string_view text, std::size_t at) {
  const bool before = at > 0 && is_word_byte(text[at - 1]);
  const bool behind = at < text.size() && is_word_byte(text[at]);
  return before != behind;
}

bool has_address(std::string_view subject, std::string_view address) {
  if (address.size() > kAddressBytesMax) return false;
  subject = subject.substr(0, kSubjectBytesMax);
  for (std::size_t at = 0; at + address.size() <= subject.size(); ++at) {
    if (iequals(subject.substr(at, address.size()), address) && is_boundary(subject, at) &&
        is_boundary(subject, at + address.size())) {
      return true;
    }
  }
  return false;
}

int check_for_to_in_subject(EvalContext& context) {
  const std::string_view to = first_address(context.mail, "To");
  if (to.empty()) return 0;
  const std::string_view subject = text_of(context.mail, "Subject");
  const std::string& what = context.arguments[0];
  if (what == "address") return has_address(subject, to) ? 1 : 0;
  return what == "user" && has_user(subject, to.substr(0, to.find('@'))) ? 1 : 0;
}

// ---- fields

int check_header_count_range(EvalContext& context) {
  const std::span<const MailPart> parts = context.mail.tree();
  std::vector<std::string_view>& texts = context.state.header.words;
  texts.clear();
  if (!parts.empty()) {
    for (const MailField& field : parts[0].fields) {
      if (iequals(field.name, context.arguments[0])) texts.push_back(field.text);
    }
  }
  std::sort(texts.begin(), texts.end());
  const auto different =
      static_cast<double>(std::unique(texts.begin(), texts.end()) - texts.begin());
  const double min = std::strtod(context.arguments[1].c_str(), nullptr);
  const double max = std::strtod(context.arguments[2].c_str(), nullptr);
  return different >= min && different <= max ? 1 : 0;
}

// "%TO_NAME" and the like.
bool has_template(std::string_view line) {
  for (std::size_t at = line.find('%'); at != std::string_view::npos; at = line.find('%', at + 1)) {
    if (at + 2 >= line.size()) return false;
    const char second = line[at + 2];
    if (is_capital(line[at + 1]) && (is_capital(second) || second == '_' || second == '-')) {
      return true;
    }
  }
  return false;
}

// Fields that may well have it.
bool is_free_field(std::string_view line) {
  constexpr std::array<std::string_view, 13> kNames = {"X-VMS-To:",
                                                       "X-UIDL:",
                                                       "X-Face:",
                                                       "To:",
                                                       "Cc:",
                                                       "From:",
                                                       "Subject:",
                                                       "References:",
                                                       "In-Reply-To:",
                                                       "Message-Id:",
                                                       "X-Message-Id:",
                                                       "Resent-Message-Id:",
                                                       "X-Original-Message-Id:"};
  return std::any_of(kNames.begin(), kNames.end(),
                     [&](std::string_view name) { return istarts_with(line, name); });
}

int check_unresolved_template(EvalContext& context) {
  const std::string_view all = text_of(context.mail, "ALL");
  if (all.find('%') == std::string_view::npos) return 0;
  bool found = false;
  for_each_line(all, [&](std::string_view line) {
    found = has_template(line) && !is_free_field(line);
    return !found;
  });
  return found ? 1 : 0;
}

// The name in a Message-Id "<28 CAPITALS.name>", or "".
std::string_view ratware_name(std::string_view id) {
  constexpr std::size_t kCapitals = 28;
  for (std::size_t at = id.find('<'); at != std::string_view::npos; at = id.find('<', at + 1)) {
    const std::string_view rest = id.substr(at + 1);
    if (rest.size() < kCapitals + 3 || rest[kCapitals] != '.') continue;
    const std::string_view front = rest.substr(0, kCapitals);
    if (!std::all_of(front.begin(), front.end(), is_capital)) continue;
    const std::size_t end = rest.find('>', kCapitals + 1);
    if (end == std::string_view::npos) return {};
    if (end == kCapitals + 1) continue;
    return rest.substr(kCapitals + 1, end - kCapitals - 1);
  }
  return {};
}

// Whether `text` ends with a quoted name, and blanks behind it.
bool ends_with_quoted(std::string_view text) {
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  if (text.empty() || text.back() != '"') return false;
  text.remove_suffix(1);
  const std::size_t open = text.rfind('"');
  return open != std::string_view::npos && open + 1 < text.size();
}

int check_ratware_name_id(EvalContext& context) {
  const std::string_view name = ratware_name(text_of(context.mail, "MESSAGEID"));
  if (name.empty()) return 0;
  const std::string_view from = text_of(context.mail, "From");
  for (std::size_t at = from.find('<'); at != std::string_view::npos; at = from.find('<', at + 1)) {
    const std::string_view rest = from.substr(at + 1);
    const bool named = rest.starts_with(name) && rest.substr(name.size()).starts_with('>');
    if (named && ends_with_quoted(from.substr(0, at))) return 1;
  }
  return 0;
}

constexpr EvalEntry entry(std::string_view name, std::string_view meaning,
                          int (*run)(EvalContext& context)) {
  return {.name = name, .plugin = "HeaderEval", .meaning = meaning, .run = run, .arguments_max = 0};
}

constexpr std::array kEntries = {
    entry("check_equal_from_domains", "author and envelope sender are of different domains",
          check_equal_from_domains),
    entry("check_for_faraway_charset_in_headers", "a charset that ok_locales do not use",
          check_for_faraway_charset_in_headers),
    entry("check_for_matching_env_and_hdr_from", "author and envelope sender are the same",
          check_for_matching_env_and_hdr_from),
    entry("check_for_missing_to_header", "neither To nor Apparently-To",
          check_for_missing_to_header),
    EvalEntry{.name = "check_for_to_in_subject",
              .plugin = "HeaderEval",
              .meaning = "the recipient's 'address' or 'user' name calls him in the subject",
              .run = check_for_to_in_subject,
              .arguments_min = 1,
              .arguments_max = 1},
    EvalEntry{.name = "check_for_unique_subject_id",
              .plugin = "HeaderEval",
              .meaning = "obsolete, never",
              .run = never},
    EvalEntry{.name = "check_header_count_range",
              .plugin = "HeaderEval",
              .meaning = "how many different fields of the name, from min to max",
              .run = check_header_count_range,
              .arguments_min = 3,
              .arguments_max = 3},
    EvalEntry{.name = "check_illegal_chars",
              .plugin = "HeaderEval",
              .meaning = "a share and a number of bytes of the field that must not stand there",
              .run = check_illegal_chars,
              .prepare = prepare_illegal_chars,
              .arguments_min = 3,
              .arguments_max = 3},
    entry("check_ratware_envelope_from", "the sender's address is the recipient's turned round",
          check_ratware_envelope_from),
    entry("check_ratware_name_id", "the author's address stands in the Message-Id",
          check_ratware_name_id),
    entry("check_unresolved_template", "a field has a template's \"%NAME\"",
          check_unresolved_template),
    EvalEntry{.name = "similar_recipients",
              .plugin = "HeaderEval",
              .meaning = "the share of recipients that begin alike, from min to below max",
              .run = similar_recipients,
              .prepare = prepare_similar,
              .arguments_min = 2,
              .arguments_max = 2},
    entry("sorted_recipients", "seven recipients or more, in order", sorted_recipients),
    entry("subject_is_all_caps", "the subject has no small letter", subject_is_all_caps),
};

}  // namespace

void HeaderEvalState::begin_message() {
  std::vector<int64_t> kept_times = std::move(received_s);
  std::vector<std::string_view> kept_words = std::move(words);
  kept_times.clear();
  kept_words.clear();
  *this = {};
  received_s = std::move(kept_times);
  words = std::move(kept_words);
}

std::span<const EvalEntry> header_evals() {
  return kEntries;
}

}  // namespace sluice::rules
