// Claim:   RuleSet::scan hits exactly where PCRE2 matches a unit of text, whatever engine the
//          compiler chose; what it gives up on, it names.
// Oracle:  slow_scan.cc, on random patterns and on texts made from these patterns and then spoiled
//          (seeds 1 to 3, or as many as SLUICE_DIFFERENTIAL_SEEDS says), at least 30 % of all pairs
//          matching.
// Not covered: the real patterns on real mail; that is stock_exact_test.cc.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rules/compiler.h"
#include "rules/language/rule_parser.h"
#include "rules/rule_set.h"
#include "rules/rule_set_parts.h"
#include "tests/rules/slow_scan.h"
#include "tests/rules/test_mail.h"

namespace sluice::rules {
namespace {

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t n) {
  return random() % n;
}

template <std::size_t n>
std::string_view one_of(Random& random, const std::string_view (&choices)[n]) {
  return choices[below(random, n)];
}

// A pattern and a text that it matches, more or less.
struct Sample {
  std::string pattern;
  std::string text;
};

Sample atom(Random& random) {
  static const Sample kAtoms[] = {
      {"a", "a"},
      {"b", "b"},
      {"foo", "foo"},
      {"Bar", "bar"},
      {"\\s", " "},
      {"\\s+", " \t"},
      {"\\S", "x"},
      {"\\W", "-"},
      {"\\w+", "abc"},
      {"\\d", "7"},
      {"\\D", "q"},
      {".", "z"},
      {".*", "any"},
      {".{0,5}", "xy"},
      {"[ab]", "b"},
      {"[^ab]", "c"},
      {"[^\\s]", "k"},
      {"[\\s,]", ","},
      {"[a-c0-9]+", "a1"},
      {"\\b", ""},
      {"\\B", ""},
      {"\\.", "."},
      {"\\xe2\\x82", "\xe2\x82"},
      {"[\\x80-\\xff]", "\xc3"},
      {"[^\\x00-\\x7f]+", "\xc3\xa9"},
      {"[[:alpha:]]", "e"},
      {"[\\w.-]+", "a.b-c"},
      {"\\n", "\n"},
      {"(?:a|bc)", "bc"},
      {"(?!foo)", ""},
      {"(?=b)", "b"},
      {"(?<=a)", "a"},
      {"(?<!x)", ""},
      {"(a|b)\\1", "aa"},
      {"(?i:Q)", "q"},
      {"(?>a+)", "aaa"},
      {"\\t", "\t"},
      {"[\\W_]", "_"},
      {"[^>]*", "abc"},
      {"winner", "Winner"},
      {"(?:dear|hello) friend", "hello friend"},
      {"act?ion", "acion"},
      {"[wv]ire[- ]?money", "vire-money"},
  };
  return kAtoms[below(random, std::size(kAtoms))];
}

Sample term(Random& random) {
  Sample out = atom(random);
  static const std::string_view kRepeats[] = {"", "", "", "", "?", "*", "+", "{1,3}", "*?", "+?"};
  const std::string_view repeat = one_of(random, kRepeats);
  const bool quantified = out.pattern.find_first_of("*+}") != std::string::npos;
  const bool empty =
      out.text.empty() || out.pattern.starts_with("(?<") || out.pattern.starts_with("(?=");
  if (repeat.empty() || quantified || empty) return out;
  out.pattern = fmt::format("(?:{}){}", out.pattern, repeat);
  return out;
}

// A word whose letters have several spellings, with gaps.
Sample look_alike(Random& random) {
  static const Sample kLetters[] = {{"[vV]", "v"},
                                    {"[i1!l]", "1"},
                                    {"(?:a|@|\\xc3\\xa0)", "\xc3\xa0"},
                                    {"[gq9]", "q"},
                                    {"(?:m|rn)", "rn"},
                                    {"[o0]+", "00"},
                                    {"x{1,2}", "xx"},
                                    {"(?:k|&\\#107;)", "&#107;"}};
  Sample out;
  const std::string_view gap = one_of(random, {"", "\\W?", "[_\\W]{0,3}", "[-\\s]?"});
  for (std::size_t i = 4 + below(random, 5); i > 0; --i) {
    const Sample& letter = kLetters[below(random, std::size(kLetters))];
    out.pattern += letter.pattern;
    out.pattern += gap;
    out.text += letter.text;
    if (!gap.empty() && below(random, 3) == 0) out.text += '-';
  }
  return out;
}

// A long run of bytes of one set, and what may stand around it.
Sample long_run(Random& random) {
  static const Sample kRuns[] = {{"[a-f0-9]{24,40}", "0123456789abcdef0123456789abcdef"},
                                 {"[-\\w]{30}", "abc-def-ghi-jkl-mno-pqr-stu-vwx-yz"},
                                 {"\\d{9,}-\\d{16}", "0123456789-0123456789012345"},
                                 {"(?:\\.[0-9a-f]{2}){10}", ".0a.1b.2c.3d.4e.5f.6a.7b.8c.9d"},
                                 {"[^\\n]{200}", std::string(205, 'x')}};
  const Sample& run = kRuns[below(random, std::size(kRuns))];
  const Sample before = atom(random);
  const Sample after = atom(random);
  return {before.pattern + run.pattern + after.pattern, before.text + run.text + after.text};
}

// Words of which a match needs all.
Sample phrase(Random& random) {
  static const Sample kWords[] = {{"zloty", "zloty"},
                                  {"(?:pesos|francs)", "francs"},
                                  {"quickly", "Quickly"},
                                  {"wi[rn]e", "wire"},
                                  {"\\bheir(?:ess)?\\b", "heiress"}};
  Sample out;
  for (std::size_t i = 2 + below(random, 3); i > 0; --i) {
    const Sample& word = kWords[below(random, std::size(kWords))];
    if (!out.text.empty()) {
      out.pattern += one_of(random, {" ", "\\W+", ".{1,9}", "[^>]*"});
      out.text += ' ';
    }
    out.pattern += word.pattern;
    out.text += word.text;
  }
  return out;
}

// What RE2 cannot run, on more text than PCRE2 is given at once.
Sample many_counts(Random& random) {
  static const Sample kCounts[] = {
      {"<b\\s[^>]{0,300}(x|y)[^>]{0,300}>(?:[^<]{0,200}<(?!\\/b)[^>]{1,100}>){0,60}(?!\\1)y",
       "<b x>" + std::string(150, 'c') + "<i>d<i>y"},
      {"(?>\\s{0,50})(?:(?:[a-c]{1,300}\\s){0,40}:){2,50}",
       "a b c " + std::string(140, 'c') + " :c :"},
      {"(?:(\\w{2})-\\1[^\\n]{0,150}\\b){1,99}z", "ab-ab" + std::string(150, '.') + "cd-cd z"}};
  return kCounts[below(random, std::size(kCounts))];
}

Sample short_strings(Random& random) {
  static const Sample kShort[] = {{"e|\\xc3[\\xa8\\xa9]", "\xc3\xa9"},
                                  {"(?:[ab]|\\xc3[\\x80-\\xbf]|\\xe2.)", "\xe2\xc3\xa9"},
                                  {"(?:q|qu|ux)", "ququx"},
                                  {"x[ab]|y[cd]|z", "xaycz"}};
  return kShort[below(random, std::size(kShort))];
}

Sample pattern(Random& random) {
  if (below(random, 8) == 0) return look_alike(random);
  if (below(random, 40) == 0) return many_counts(random);
  if (below(random, 30) == 0) return short_strings(random);
  if (below(random, 12) == 0) return long_run(random);
  if (below(random, 12) == 0) return phrase(random);
  Sample out;
  if (below(random, 8) == 0) out.pattern = one_of(random, {"^", "\\A"});
  const std::size_t terms = 1 + below(random, 5);
  for (std::size_t i = 0; i < terms; ++i) {
    const Sample next = term(random);
    out.pattern += next.pattern;
    out.text += next.text;
  }
  if (below(random, 6) == 0) out.pattern += one_of(random, {"$", "\\z", "\\Z", "\\s$", "$\\s*"});
  if (below(random, 10) == 0) out = {out.pattern + "|" + term(random).pattern, out.text};
  return out;
}

std::string spoil(Random& random, std::string text) {
  for (std::size_t i = below(random, 3); i > 0 && !text.empty(); --i) {
    const std::size_t at = below(random, text.size());
    static const std::string_view kNoise[] = {"", "\n", "a", " ", "\n\n", "FOO", "\xff", "x\n"};
    text.replace(at, 1, one_of(random, kNoise));
  }
  return text;
}

struct Batch {
  std::string file;
  std::vector<Sample> samples;
};

std::string rule_line(Random& random, std::string_view kind, std::size_t i, const Sample& sample) {
  static const std::string_view kFlags[] = {"", "i", "s", "m", "is", "im"};
  const std::string flags(one_of(random, kFlags));
  const std::string multiple =
      below(random, 5) == 0 ? fmt::format("tflags __R{} multiple maxhits=4\n", i) : "";
  const std::string nosubject =
      kind == "body" && below(random, 5) == 0 ? fmt::format("tflags __R{} nosubject\n", i) : "";
  const std::string field = kind == "header" ? " Subject =~" : "";
  return fmt::format("{} __R{}{} /{}/{}\n{}{}", kind, i, field, sample.pattern, flags, multiple,
                     nosubject);
}

Batch batch(Random& random, std::string_view kind) {
  Batch out;
  const bool many_look_alikes = below(random, 3) == 0;  // or chains do not pay
  for (std::size_t i = 0; i < 30; ++i) {
    out.samples.push_back(many_look_alikes && i < 24 ? look_alike(random) : pattern(random));
    out.file += rule_line(random, kind, i, out.samples.back());
  }
  return out;
}

std::string make_text(Random& random, const Batch& batch) {
  std::string out;
  for (std::size_t i = 1 + below(random, 12); i > 0; --i) {
    out += spoil(random, batch.samples[below(random, batch.samples.size())].text);
    out += one_of(random, {"\n", " ", "", "\nfoo bar\n", "zz"});
  }
  return out;
}

// A field for each line: its text holds them all.
void add_subjects(test::TestMail& mail, std::string_view text) {
  while (!text.empty()) {
    const std::size_t lf = std::min(text.find('\n'), text.size());
    mail.header("Subject", text.substr(0, lf));
    text.remove_prefix(std::min(lf + 1, text.size()));
  }
}

void fill(test::TestMail& mail, std::string_view kind, Random& random, const Batch& batch) {
  const std::string text = make_text(random, batch);
  if (kind == "body") add_subjects(mail.body(text), below(random, 2) == 0 ? "" : text);
  if (kind == "full") mail.full(text);
  if (kind == "header") add_subjects(mail, text);
  if (kind == "rawbody") {
    std::string padding;  // chunks end after 2 KiB; varied, so that the reference comes to an end
    for (std::size_t i = below(random, 3) * 150; i > 0; --i) padding += "ab>7 -\n";
    mail.rawbody(padding + text + "\n" + padding + text).rawbody(make_text(random, batch));
  }
  if (kind != "uri") return;
  for (std::size_t i = 0; i < 4; ++i) {
    std::string url = make_text(random, batch);
    std::erase(url, '\n');
    mail.url(url).url(url + "/");
  }
}

struct Tally {
  std::size_t pairs = 0;
  std::size_t matching = 0;
  std::size_t given_up = 0;
  std::size_t reference_gave_up = 0;
};

// What a scan found in one message.
struct Found {
  std::span<const Hit> hits;
  std::span<const RuleIndex> undecided;
};

void compare(const RuleTexts& texts, const RuleSet& set, const ScanInput& input, const Found& found,
             Tally& tally) {
  Mail mail(set.parts().mail_settings);
  mail.read(input.message.raw, input.mail_from);
  std::vector<uint32_t> counts(set.rules().size(), 0);
  for (const Hit& hit : found.hits) counts[hit.rule] = hit.count;
  std::vector<bool> unknown(set.rules().size(), false);
  for (const RuleIndex rule : found.undecided) unknown[rule] = true;
  for (std::size_t i = 0; i < texts.rules.size(); ++i) {
    bool gave_up = false;
    const uint32_t wanted = test::slow_count(texts.rules[i], input.given, mail, gave_up);
    ++tally.pairs;
    if (wanted > 0) ++tally.matching;
    if (unknown[i]) {
      ++tally.given_up;
      continue;
    }
    if (gave_up) {
      ++tally.reference_gave_up;
      continue;
    }
    ASSERT_EQ(counts[i], wanted) << "/" << texts.rules[i].regex.pattern << "/ i"
                                 << texts.rules[i].regex.caseless << " m"
                                 << texts.rules[i].regex.multiline << " s"
                                 << texts.rules[i].regex.dotall;
  }
}

void scan_together(const RuleTexts& texts, const RuleSet& set, std::deque<test::TestMail>& mails,
                   Scratch& scratch, Tally& tally) {
  std::vector<ScanInput> inputs;
  for (test::TestMail& mail : mails) inputs.push_back(mail.input());
  std::vector<std::vector<Hit>> hits(mails.size());
  set.scan(inputs, scratch, hits);
  for (std::size_t i = 0; i < inputs.size() && !testing::Test::HasFatalFailure(); ++i) {
    compare(texts, set, inputs[i], {hits[i], scratch.unconfirmed(i)}, tally);
  }
}

std::vector<Engine> expected_engines(std::string_view kind) {
  if (kind == "header") {
    return {Engine::kBytes, Engine::kLiterals, Engine::kHyperscan, Engine::kConfirmed,
            Engine::kEveryUnit};
  }
  std::vector<Engine> out = {Engine::kBytes,    Engine::kLiterals,  Engine::kChains,
                             Engine::kRun,      Engine::kHyperscan, Engine::kConfirmed,
                             Engine::kEveryUnit};
  if (kind != "uri") out.push_back(Engine::kUnitBegin);
  return out;
}

// A longer run: SLUICE_DIFFERENTIAL_SEEDS=50 is a million pairs.
uint32_t seeds() {
  const char* const given = std::getenv("SLUICE_DIFFERENTIAL_SEEDS");
  return given == nullptr ? 3 : static_cast<uint32_t>(std::strtoul(given, nullptr, 10));
}

constexpr std::size_t kTexts = 20;  // for each set

class Differential : public testing::TestWithParam<std::string_view> {};

TEST_P(Differential, RandomPatternsOnTextsMadeFromThem) {
  const std::string_view kind = GetParam();
  Tally tally;
  std::array<std::size_t, kEngines> engines{};
  for (uint32_t seed = 1; seed <= seeds(); ++seed) {
    Random random(seed);
    for (std::size_t round = 0; round < 8; ++round) {
      const Batch patterns = batch(random, kind);
      const std::vector<RuleFile> files = {{"random.cf", patterns.file}};
      Diagnostics diagnostics;
      const RuleTexts texts = parse_rules(files, diagnostics);
      diagnostics.clear();
      // Every other set is compiled as a large one is.
      const std::size_t many = round % 2 == 0 ? 0 : 300;
      const auto set = compile_rules(files, {.many_patterns = many}, diagnostics);
      ASSERT_NE(set, nullptr) << to_string(diagnostics.front());
      for (const View& view : set->parts().views) {
        for (const ViewPattern& p : view.patterns) ++engines[static_cast<std::size_t>(p.engine)];
      }
      Scratch scratch(*set);
      for (std::size_t left = kTexts; left > 0;) {
        std::deque<test::TestMail> mails(std::min(left, 1 + left % 8));
        left -= mails.size();
        for (test::TestMail& mail : mails) fill(mail, kind, random, patterns);
        scan_together(texts, *set, mails, scratch, tally);
        if (HasFatalFailure()) return;
      }
    }
  }
  EXPECT_GE(tally.matching * 10, tally.pairs * 3);
  EXPECT_LT(tally.given_up * 50, tally.pairs);
  EXPECT_LE(tally.reference_gave_up * 10'000, tally.pairs);
  std::printf("  %zu pairs, %zu matching, %zu undecided; the reference gave up on %zu\n",
              tally.pairs, tally.matching, tally.given_up, tally.reference_gave_up);
  for (const Engine engine : expected_engines(kind)) {
    EXPECT_GT(engines[static_cast<std::size_t>(engine)], 0U) << engine_name(engine);
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, Differential,
                         testing::Values("body", "rawbody", "uri", "full", "header"),
                         [](const auto& kind) { return std::string(kind.param); });

}  // namespace
}  // namespace sluice::rules
