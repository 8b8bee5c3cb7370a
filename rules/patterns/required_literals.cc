#include "rules/patterns/required_literals.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/limits.h"
#include "base/text.h"

namespace sluice::rules {
namespace {

using Kind = RegexNode::Kind;
using Strings = std::vector<std::string>;

// ---- how often texts stand in mail --------------------------------------------------------------

struct LetterFrequency {
  char letter;
  double share;
};

constexpr std::array<LetterFrequency, 36> kLetters = {
    {{' ', .15},  {'e', .10},  {'t', .07},  {'a', .065}, {'o', .06},  {'i', .06},
     {'n', .055}, {'s', .05},  {'r', .05},  {'h', .04},  {'l', .035}, {'d', .03},
     {'u', .025}, {'c', .025}, {'m', .022}, {'f', .018}, {'p', .02},  {'g', .016},
     {'w', .016}, {'y', .015}, {'b', .013}, {'v', .009}, {'k', .006}, {'.', .012},
     {',', .01},  {'-', .01},  {'/', .01},  {':', .008}, {'=', .01},  {'<', .01},
     {'>', .01},  {'"', .008}, {'x', .003}, {'j', .002}, {'q', .002}, {'z', .002}}};

constexpr double kDigitShare = .012;
constexpr double kOtherShare = .002;
constexpr double kRareShare = .0002;  // control characters, bytes above 0x7f
constexpr double kDependence = .55;   // letters after the second say less

struct CommonWord {
  std::string_view word;
  double per_byte;
};

// Words of ordinary mail, header fields and HTML.
constexpr double kOften = 2e-3;
constexpr double kCommon = 5e-4;
constexpr double kAtTimes = 1.5e-4;
constexpr std::array<CommonWord, 134> kCommonWords = {{
    {" the ", kOften},
    {" and ", kOften},
    {"your", kOften},
    {" you ", kOften},
    {" for ", kOften},
    {"that", kOften},
    {"this", kOften},
    {" with ", kOften},
    {"http://", kOften},
    {"https://", kOften},
    {"www.", kOften},
    {".com", kOften},
    {" to ", kOften},
    {" of ", kOften},
    {" in ", kOften},
    {" is ", kOften},
    {" are ", kOften},
    {"href=", kOften},
    {"style=", kOften},
    {"font-", kOften},
    {"color", kOften},
    {"<td", kOften},
    {"width", kOften},
    {"</span>", kOften},
    {"<div", kOften},
    {"&nbsp;", kOften},
    {"<br>", kOften},
    {"from", kCommon},
    {"have", kCommon},
    {"will", kCommon},
    {" not ", kCommon},
    {" our ", kCommon},
    {" all ", kCommon},
    {" can ", kCommon},
    {" was ", kCommon},
    {" but ", kCommon},
    {"more", kCommon},
    {"please", kCommon},
    {"email", kCommon},
    {"e-mail", kCommon},
    {"click", kCommon},
    {" here", kCommon},
    {"list", kCommon},
    {"message", kCommon},
    {"address", kCommon},
    {"information", kCommon},
    {"time", kCommon},
    {"about", kCommon},
    {"what", kCommon},
    {"there", kCommon},
    {" they ", kCommon},
    {"would", kCommon},
    {"which", kCommon},
    {" one ", kCommon},
    {"other", kCommon},
    {" get ", kCommon},
    {" new ", kCommon},
    {" has ", kCommon},
    {"mail", kCommon},
    {"free", kCommon},
    {"account", kCommon},
    {"contact", kCommon},
    {"number", kCommon},
    {"service", kCommon},
    {"company", kCommon},
    {"business", kCommon},
    {"received", kCommon},
    {"image", kCommon},
    {"background", kCommon},
    {"height", kCommon},
    {"align", kCommon},
    {"border", kCommon},
    {"table", kCommon},
    {"content", kCommon},
    {"text", kCommon},
    {"name", kCommon},
    {"subject", kCommon},
    {"2.0", kCommon},
    {"size", kCommon},
    {"class=", kCommon},
    {"<img", kCommon},
    {"src=", kCommon},
    {"<a ", kCommon},
    {"<p>", kCommon},
    {"money", kAtTimes},
    {"order", kAtTimes},
    {"offer", kAtTimes},
    {"price", kAtTimes},
    {" send", kAtTimes},
    {"today", kAtTimes},
    {" now", kAtTimes},
    {"only", kAtTimes},
    {"people", kAtTimes},
    {"internet", kAtTimes},
    {"website", kAtTimes},
    {"web site", kAtTimes},
    {"online", kAtTimes},
    {"unsubscribe", kAtTimes},
    {"credit", kAtTimes},
    {"security", kAtTimes},
    {"computer", kAtTimes},
    {"software", kAtTimes},
    {"million", kAtTimes},
    {"dollar", kAtTimes},
    {"bank", kAtTimes},
    {"best", kAtTimes},
    {"make", kAtTimes},
    {"first", kAtTimes},
    {"work", kAtTimes},
    {"need", kAtTimes},
    {"know", kAtTimes},
    {"want", kAtTimes},
    {"like", kAtTimes},
    {"help", kAtTimes},
    {"charset", kCommon},
    {"transfer", kAtTimes},
    // of header blocks, and of relays as rules see them
    {"\nreceived: ", kOften},
    {"\nfrom: ", kOften},
    {"\nto: ", kOften},
    {"\nsubject: ", kOften},
    {"\ndate: ", kOften},
    {"\nmessage-id: ", kOften},
    {"\nmime-version: ", kOften},
    {"\ncontent-type: ", kOften},
    {"[ ip=", kOften},
    {" rdns=", kOften},
    {" helo=", kOften},
    {" by=", kOften},
    {" ident=", kOften},
    {" envfrom=", kOften},
    {" intl=", kOften},
    {" id=", kOften},
    {" auth=", kOften},
    {" msa=", kOften},
}};

double share_of_letter(char c) {
  if (is_digit(c)) return kDigitShare;
  if (static_cast<unsigned char>(c) >= 0x80 || static_cast<unsigned char>(c) < ' ')
    return kRareShare;
  for (const LetterFrequency& known : kLetters) {
    if (known.letter == c) return known.share;
  }
  return kOtherShare;
}

using Literals = std::vector<RequiredLiteral>;

const std::string& text_of(const std::string& text) {
  return text;
}

const std::string& text_of(const RequiredLiteral& literal) {
  return literal.text;
}

template <class List>
double total_frequency(const List& literals) {
  double sum = 0;
  for (const auto& literal : literals) sum += literal_frequency(text_of(literal));
  return sum;
}

// ---- finding them -------------------------------------------------------------------------------

constexpr std::size_t kStringsMax = 24;      // that a part of a pattern may spell
constexpr std::size_t kStringBytesMax = 24;  // of one of them
constexpr std::size_t kSetMax = 4;           // members of a set that is spelled out
constexpr std::size_t kLiteralBytesMin = 2;
constexpr uint32_t kLargeRepeat = 100;  // nodes: beyond, finds are counted
constexpr std::size_t kAlsoMax = 3;     // further requirements of a pattern
constexpr std::size_t kAlsoBytesMin = 3;
constexpr double kAlsoFrequencyMax = 1.5e-3;  // beyond, they are met too often to be worth a look

std::size_t longest(const Strings& all) {
  std::size_t out = 0;
  for (const std::string& one : all) out = std::max(out, one.size());
  return out;
}

// What is known of the bytes around strings that stand for a part of a pattern.
struct Edges {
  Neighbours neighbours = {};
  bool word_begin = false;  // \b stands before them
  bool word_end = false;
};

ByteSet256 word_bytes() {
  ByteSet256 out;
  for (unsigned c = 0; c < 256; ++c) {
    const char byte = static_cast<char>(c);
    out[c] = c < 0x80 && (is_digit(byte) || byte == '_' || is_alpha(byte));
  }
  return out;
}

// At \b there is a word byte on one side only.
ByteSet256 beyond_word_edge(char inside) {
  static const ByteSet256 kWord = word_bytes();
  return kWord[static_cast<unsigned char>(inside)] ? ~kWord : kWord;
}

Literals literals_of(const Strings& strings, const Edges& edges) {
  Literals out;
  for (const std::string& text : strings) {
    out.push_back({.text = text, .neighbours = edges.neighbours});
    RequiredLiteral& literal = out.back();
    if (text.empty()) continue;
    if (edges.word_begin) literal.neighbours.before &= beyond_word_edge(text.front());
    if (edges.word_end) literal.neighbours.after &= beyond_word_edge(text.back());
  }
  return out;
}

// Literals of which each match holds one. Empty: unknown.
struct Cover {
  Cover() = default;

  // At most `before` stands between a match's begin and theirs.
  Cover(const Strings& strings, const Edges& edges, const Lead& before = kNoLead)
      : literals(literals_of(strings, edges)), lead(before) {}

  Literals literals = {};
  Lead lead = kNoLead;  // up to the one
};

struct Analysis {
  std::optional<Strings> exact = {};  // all that the subtree matches, if that is little
  Edges edges = {};                   // of `exact`
  Cover cover = {};
  Strings head = {};               // each match begins with one of these; empty: unknown
  Strings tail = {};               // each match ends with one of these; empty: unknown
  std::vector<Strings> also = {};  // each match holds one of each of these
};

void unite(Strings& out) {
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
}

// A literal that holds another of the set need not be looked for itself.
void drop_longer(Strings& out) {
  unite(out);
  Strings kept;
  for (const std::string& one : out) {
    const bool covered = std::any_of(out.begin(), out.end(), [&one](const std::string& other) {
      return other.size() < one.size() && one.find(other) != std::string::npos;
    });
    if (!covered) kept.push_back(one);
  }
  out = std::move(kept);
}

ByteSet256 in_any_case(char c) {
  ByteSet256 out;
  for (unsigned byte = 0; byte < 256; ++byte) out[byte] = ascii_lower(static_cast<char>(byte)) == c;
  return out;
}

// `literal` is also found where the longer one stands, wherever it stands in it.
void add_neighbours_of(const RequiredLiteral& longer, RequiredLiteral& literal) {
  const std::string& text = longer.text;
  Neighbours& out = literal.neighbours;
  for (std::size_t at = text.find(literal.text); at != std::string::npos;
       at = text.find(literal.text, at + 1)) {
    const std::size_t end = at + literal.text.size();
    out.before |= at == 0 ? longer.neighbours.before : in_any_case(text[at - 1]);
    out.after |= end == text.size() ? longer.neighbours.after : in_any_case(text[end]);
  }
}

void drop_longer(Cover& out) {
  std::sort(out.literals.begin(), out.literals.end(),
            [](const auto& a, const auto& b) { return a.text.size() < b.text.size(); });
  Literals kept;
  std::size_t deepest = 0;  // bytes before a literal in a longer one
  for (const RequiredLiteral& one : out.literals) {
    bool covered = false;
    for (RequiredLiteral& other : kept) {
      const std::size_t at = one.text.find(other.text);
      if (at == std::string::npos) continue;
      covered = true;
      deepest = std::max(deepest, at);
      add_neighbours_of(one, other);
    }
    if (!covered) kept.push_back(one);
  }
  std::sort(kept.begin(), kept.end(), [](const auto& a, const auto& b) { return a.text < b.text; });
  out.literals = std::move(kept);
  out.lead += lead_of(static_cast<uint32_t>(deepest));
}

class LiteralFinder {
 public:
  explicit LiteralFinder(const RegexTree& tree) : tree_(tree) {}

  RequiredLiterals find(NodeIndex root) {
    Analysis all = analyse(root, {});
    if (all.exact.has_value()) offer(all.cover, Cover(*all.exact, all.edges));
    const Literals& literals = all.cover.literals;
    std::erase_if(all.also, [&literals](const Strings& one) { return akin(one, literals); });
    if (all.also.size() > kAlsoMax) all.also.resize(kAlsoMax);
    return {.literals = std::move(all.cover.literals),
            .lead = all.cover.lead,
            .also = std::move(all.also)};
  }

 private:
  template <class List>
  static bool usable(const List& literals) {
    return !literals.empty() && literals.size() <= limits::kLiteralsOfPatternMax &&
           std::all_of(literals.begin(), literals.end(),
                       [](const auto& one) { return text_of(one).size() >= kLiteralBytesMin; });
  }

  // Takes `candidate` for the cover if it is the better one.
  static void offer(Cover& cover, Cover candidate) {
    drop_longer(candidate);
    if (!usable(candidate.literals)) return;
    if (cover.literals.empty() ||
        total_frequency(candidate.literals) < total_frequency(cover.literals)) {
      cover = std::move(candidate);
    }
  }

  template <class List>
  static bool holds_one(const std::string& text, const List& literals) {
    return std::any_of(literals.begin(), literals.end(), [&text](const auto& literal) {
      return text.find(text_of(literal)) != std::string::npos;
    });
  }

  // Of two requirements one mostly meets the other.
  template <class List>
  static bool akin(const Strings& a, const List& b) {
    return std::any_of(a.begin(), a.end(), [&b](const auto& one) { return holds_one(one, b); }) ||
           std::any_of(b.begin(), b.end(),
                       [&a](const auto& one) { return holds_one(text_of(one), a); });
  }

  // Adds to what each match holds, the rarest first.
  static void require(std::vector<Strings>& also, Strings literals) {
    drop_longer(literals);
    if (!usable(literals) || total_frequency(literals) > kAlsoFrequencyMax) return;
    const auto too_short = [](const std::string& s) { return s.size() < kAlsoBytesMin; };
    if (std::any_of(literals.begin(), literals.end(), too_short)) return;
    const double frequency = total_frequency(literals);
    for (Strings& known : also) {
      if (!akin(known, literals)) continue;
      if (frequency < total_frequency(known)) known = std::move(literals);
      return;
    }
    const auto place = std::find_if(also.begin(), also.end(), [frequency](const Strings& one) {
      return total_frequency(one) > frequency;
    });
    also.insert(place, std::move(literals));
    if (also.size() > kAlsoMax + 1) also.pop_back();
  }

  // `around`: what may stand next to a match of the subtree.
  Analysis analyse(NodeIndex index, const Neighbours& around) {
    const RegexNode& node = tree_.node(index);
    switch (node.kind) {
      case Kind::kEmpty:
        return {.exact = nothing(),
                .edges = {.neighbours = around, .word_begin = node.assertion == 'b'}};
      case Kind::kSet:
        return {.exact = spell(tree_.sets[node.set]), .edges = {.neighbours = around}};
      case Kind::kConcat:
        return concat(node, around);
      case Kind::kAlternate:
        return alternate(node, around);
      case Kind::kRepeat:
        return repeat(node, around);
    }
    return {};
  }

  static std::optional<Strings> spell(const ByteSet256& set) {
    Strings out;
    if (set.count() > 2 * kSetMax) return std::nullopt;
    for (unsigned c = 0; c < 256; ++c) {
      if (set[c]) out.emplace_back(1, ascii_lower(static_cast<char>(c)));
    }
    unite(out);
    if (out.empty() || out.size() > kSetMax) return std::nullopt;
    return out;
  }

  static bool fits(const Strings& left, const Strings& right) {
    if (left.size() * right.size() > kStringsMax) return false;
    return longest(left) + longest(right) <= kStringBytesMax;
  }

  static Strings product(const Strings& left, const Strings& right) {
    Strings out;
    for (const std::string& l : left) {
      for (const std::string& r : right) out.push_back(l + r);
    }
    unite(out);
    return out;
  }

  Analysis concat(const RegexNode& node, const Neighbours& around) {
    Analysis out;
    const std::vector<ByteSet256> after = bytes_after(node, around.after);
    Neighbours here = around;  // what may stand next to the child
    Strings run = nothing();
    Edges edges = {.neighbours = around};
    bool whole = true;
    Lead run_begin = kNoLead;  // what a match holds before the run
    Lead passed = kNoLead;     // and before the child
    for (std::size_t k = 0; k < node.children.size(); ++k) {
      const NodeIndex child = node.children[k];
      here.after = after[k + 1];
      Analysis part = analyse(child, here);
      here.before = last_bytes(tree_, child, here.before);
      const Lead before = passed;
      passed += lead_of(tree_, child);
      if (part.exact.has_value() && fits(run, *part.exact)) {
        add_edges(edges, run, part);
        run = product(run, *part.exact);
        continue;
      }
      if (!part.exact.has_value() && fits(run, part.head) && !part.head.empty()) {
        run = product(run, part.head);
        edges.neighbours.after.set();
        edges.word_end = false;
      }
      if (std::exchange(whole, false)) out.head = unless_empty(run);
      require(out.also, run);
      offer(out.cover, Cover(run, edges, run_begin));
      for (Strings& one : part.also) require(out.also, std::move(one));
      require(out.also, texts_of(part.cover.literals));
      part.cover.lead += before;
      offer(out.cover, std::move(part.cover));
      run_begin = part.exact.has_value() ? before : passed;
      edges = {};
      edges.neighbours.after = after[k + 1];
      if (part.exact.has_value()) {
        edges = part.edges;
      } else if (part.tail.empty()) {
        edges.neighbours.before = here.before;
      }
      if (part.tail.empty()) part.tail = nothing();
      run = std::move(part.exact.has_value() ? *part.exact : part.tail);
    }
    if (whole) {
      out.exact = std::move(run);
      out.edges = edges;
      return out;
    }
    out.tail = unless_empty(run);
    require(out.also, run);
    offer(out.cover, Cover(run, edges, run_begin));
    return out;
  }

  // A choice that may as well be nothing says nothing.
  static Strings unless_empty(const Strings& strings) {
    const bool may_be_nothing =
        std::any_of(strings.begin(), strings.end(), [](const std::string& s) { return s.empty(); });
    return may_be_nothing ? Strings{} : strings;
  }

  static const Strings& nothing() {
    static const Strings kNothing = {""};
    return kNothing;
  }

  // Those of a run that the part is added to.
  static void add_edges(Edges& edges, const Strings& run, const Analysis& part) {
    if (*part.exact == nothing()) {
      bool& edge = run == nothing() ? edges.word_begin : edges.word_end;
      edge = edge || part.edges.word_begin;
      return;
    }
    if (run == nothing()) {
      edges.word_begin = edges.word_begin || part.edges.word_begin;
      edges.neighbours.before = part.edges.neighbours.before;
    }
    edges.neighbours.after = part.edges.neighbours.after;
    edges.word_end = part.edges.word_end;
  }

  static Strings texts_of(const Literals& literals) {
    Strings out;
    for (const RequiredLiteral& literal : literals) out.push_back(literal.text);
    return out;
  }

  // Before each child, and after the last one, what may stand from there on.
  [[nodiscard]] std::vector<ByteSet256> bytes_after(const RegexNode& node,
                                                    const ByteSet256& last) const {
    std::vector<ByteSet256> out(node.children.size() + 1, last);
    for (std::size_t k = node.children.size(); k > 0; --k) {
      out[k - 1] = first_bytes(tree_, node.children[k - 1], out[k]);
    }
    return out;
  }

  Analysis alternate(const RegexNode& node, const Neighbours& around) {
    Strings exact;
    Cover cover;
    Strings head;
    Strings tail;
    bool all_exact = true;
    bool all_covered = true;
    bool all_ended = true;  // begin and end are known of each
    for (const NodeIndex child : node.children) {
      Analysis part = analyse(child, around);
      if (part.exact.has_value()) {
        exact.insert(exact.end(), part.exact->begin(), part.exact->end());
        offer(part.cover, Cover(*part.exact, part.edges));
        part.head = part.tail = unless_empty(*part.exact);
      }
      head.insert(head.end(), part.head.begin(), part.head.end());
      tail.insert(tail.end(), part.tail.begin(), part.tail.end());
      all_ended = all_ended && !part.head.empty() && !part.tail.empty();
      all_exact = all_exact && part.exact.has_value();
      const Literals& literals = part.cover.literals;
      all_covered = all_covered && !literals.empty();
      cover.literals.insert(cover.literals.end(), literals.begin(), literals.end());
      cover.lead |= part.cover.lead;
      if (cover.literals.size() > 4 * limits::kLiteralsOfPatternMax) all_covered = false;
    }
    unite(exact);
    Analysis out = {.edges = {.neighbours = around}};
    if (all_exact && exact.size() <= kStringsMax) out.exact = std::move(exact);
    if (all_covered) offer(out.cover, std::move(cover));
    unite(head);
    unite(tail);
    if (all_ended && head.size() <= kStringsMax && tail.size() <= kStringsMax) {
      out.head = std::move(head);
      out.tail = std::move(tail);
    }
    return out;
  }

  Analysis repeat(const RegexNode& node, Neighbours around) {
    const NodeIndex child = node.children.front();
    if (node.max > 1) {
      around.before |= last_bytes(tree_, child);
      around.after |= first_bytes(tree_, child);
    }
    Analysis part = analyse(child, around);
    if (part.exact.has_value()) offer(part.cover, Cover(*part.exact, part.edges));
    if (node.min == 0) {
      if (node.max != 1 || !part.exact.has_value()) return {};
      part.exact->emplace_back();
      unite(*part.exact);
      if (part.exact->size() > kStringsMax) return {};
      return {.exact = std::move(part.exact), .edges = {.neighbours = around}};
    }
    if (node.max == 1) return part;
    if (part.exact.has_value()) part.head = part.tail = unless_empty(*part.exact);
    if (node.min == node.max && part.exact.has_value()) {
      std::optional<Strings> power = power_of(*part.exact, node.min);
      if (power.has_value()) return {.exact = std::move(power), .edges = {.neighbours = around}};
    }
    return {.cover = std::move(part.cover),
            .head = std::move(part.head),
            .tail = std::move(part.tail),
            .also = std::move(part.also)};
  }

  static std::optional<Strings> power_of(const Strings& base, uint32_t times) {
    Strings power = base;
    for (uint32_t i = 1; i < times; ++i) {
      if (!fits(power, base)) return std::nullopt;
      power = product(power, base);
    }
    return power;
  }

  const RegexTree& tree_;
};

}  // namespace

double letter_share(unsigned char c) {
  return share_of_letter(ascii_lower(static_cast<char>(c)));
}

double literal_frequency(std::string_view literal) {
  double out = 1;
  for (std::size_t i = 0; i < literal.size(); ++i) {
    const double share = letter_share(static_cast<unsigned char>(literal[i]));
    out *= i < 2 ? share : std::pow(share, kDependence);
  }
  for (const CommonWord& word : kCommonWords) {
    if (word.word.find(literal) != std::string_view::npos) out += word.per_byte;
  }
  return out;
}

RequiredLiterals required_literals(const RegexTree& tree) {
  const RegexNode& root = tree.node(tree.root);
  const bool repeats = root.kind == Kind::kRepeat && root.min > 1 && root.size > kLargeRepeat;
  RequiredLiterals out = LiteralFinder(tree).find(repeats ? root.children.front() : tree.root);
  if (repeats) out.finds = root.min;
  out.lead = out.lead.settled();
  if (!out.literals.empty()) out.frequency = total_frequency(out.literals);
  return out;
}

}  // namespace sluice::rules
