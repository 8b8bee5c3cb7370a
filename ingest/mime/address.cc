#include "ingest/mime/address.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

#include "base/limits.h"
#include "base/text.h"
#include "ingest/mime/encoded_word.h"
#include "ingest/mime/scan_value.h"

namespace sluice::mime {
namespace {

// A run of words up to the next special: a display name, or an address without angles.
struct Phrase {
  std::string_view written = {};  // from the first word to the last, comments between them kept
  std::string_view quoted = {};   // its text, if it is one quoted string and nothing else
  std::size_t words = 0;
};

constexpr ByteSet kQuoteOrComment("\"(");
constexpr std::string_view kAtomEnds = "()<>[]:;@\\,\"";

// `written` without its comments and quotes, white space between words as one blank.
std::string_view words_of(std::string_view written, Arena& arena) {
  const std::span<char> out = arena.take(written.size());
  std::size_t used = 0;
  ValueScanner in(written);
  while (!in.done()) {
    const bool quote = in.peek() == '"';
    std::string_view word = quote ? in.quoted(arena) : in.token("\"(");
    used += word.copy(out.data() + used, word.size());
    const std::size_t before = in.rest().size();
    in.skip_blanks();
    if (in.rest().size() != before && !in.done() && used > 0) out[used++] = ' ';
  }
  return {out.data(), used};
}

class AddressReader {
 public:
  AddressReader(std::string_view value, Arena& arena, DefectSet& defects)
      : in_(value), arena_(arena), defects_(defects), mailboxes_(&arena) {}

  std::pmr::vector<Mailbox> read() {
    while (!full_) {
      in_.skip_blanks();
      if (in_.done()) break;
      if (!in_.accept(',') && !in_.accept(';')) read_one();
    }
    if (in_.unclosed()) bad();
    return std::move(mailboxes_);
  }

 private:
  void bad() { defects_.add(Defect::kBadAddress); }

  // One mailbox, or the name of a group with its colon.
  void read_one() {
    const Phrase phrase = read_phrase(":<,;@");
    if (in_.accept(':')) {
      if (phrase.words == 0) bad();
    } else if (in_.accept('<')) {
      read_angle(phrase);
    } else {
      read_bare(phrase);
    }
  }

  Phrase read_phrase(std::string_view ends) {
    Phrase phrase;
    const char* begin = nullptr;
    while (true) {
      in_.skip_blanks();
      if (in_.done() || ends.find(in_.peek()) != std::string_view::npos) return phrase;

      if (begin == nullptr) begin = in_.rest().data();
      const bool quote = in_.peek() == '"';
      const std::string_view word = quote ? in_.quoted(arena_) : read_atom();
      phrase.quoted = quote && phrase.words == 0 ? word : std::string_view();
      ++phrase.words;
      phrase.written = {begin, static_cast<std::size_t>(in_.rest().data() - begin)};
    }
  }

  // An atom; or one byte that has no place here, which is passed over.
  std::string_view read_atom() {
    const std::string_view atom = in_.token(kAtomEnds);
    if (!atom.empty()) return atom;
    bad();
    in_.skip(1);
    return {};
  }

  // After the <. A route before the address is passed over (RFC 5322 section 4.4).
  void read_angle(const Phrase& name) {
    in_.skip_blanks();
    if (in_.peek() == '@') {
      in_.skip_to(':');
      in_.accept(':');
    }
    Mailbox mailbox{.name = readable(name)};
    const Phrase local = read_phrase("@>,;<");
    const bool empty = local.words == 0 && in_.peek() == '>';  // <>, as in Return-Path
    finish_address(local, mailbox);
    if (!empty) add(mailbox);
    in_.skip_blanks();
    if (!in_.accept('>')) bad();
    in_.skip_blanks();
    if (!in_.done() && in_.peek() != ',' && in_.peek() != ';') bad();
  }

  // An address without angles; or a display name with an @ in it, which RFC 5322 wants quoted.
  void read_bare(const Phrase& local) {
    Mailbox mailbox;
    finish_address(local, mailbox);
    if (mailbox.domain.empty() || local.words == 0) bad();
    if (in_.peek() == '<' && local.words != 0) {
      bad();
      const Phrase name{.written = up_to(local.written.data(), in_.rest())};
      in_.skip(1);
      return read_angle(name);
    }
    if (local.words != 0 || !mailbox.domain.empty()) add(mailbox);
  }

  // `local` and what follows it up to the end of the address. With several @ the last one counts.
  void finish_address(const Phrase& local, Mailbox& mailbox) {
    mailbox.local = local.quoted.empty() ? local.written : local.quoted;
    while (in_.accept('@')) {
      if (!mailbox.domain.empty()) {
        bad();
        if (local.quoted.empty() && local.words != 0) {
          mailbox.local = trim(up_to(local.written.data(), at_before(in_.rest())));
        }
      }
      mailbox.domain = read_domain();
      in_.skip_blanks();
    }
  }

  // `rest` and the @ before it.
  static std::string_view at_before(std::string_view rest) {
    return {rest.data() - 1, rest.size() + 1};
  }

  // From `begin` to where `rest` begins.
  static std::string_view up_to(const char* begin, std::string_view rest) {
    return {begin, static_cast<std::size_t>(rest.data() - begin)};
  }

  // Atoms and dots; white space and comments may stand around the dots (RFC 5322 section 4.4).
  std::string_view read_domain() {
    in_.skip_blanks();
    if (in_.peek() == '[') return read_literal();
    const std::string_view first = in_.token(kAtomEnds);
    std::string_view last = first;
    bool broken = false;
    while (true) {
      const std::string_view before = in_.rest();
      in_.skip_blanks();
      const bool dotted = last.ends_with('.') || in_.peek() == '.';
      if (!dotted || kAtomEnds.find(in_.peek()) != std::string_view::npos || in_.done()) break;
      broken = broken || before.size() != in_.rest().size();
      last = in_.token(kAtomEnds);
    }
    const std::string_view written = {
        first.data(), static_cast<std::size_t>(last.data() + last.size() - first.data())};
    return broken ? without_blanks(written) : written;
  }

  std::string_view without_blanks(std::string_view written) {
    const std::span<char> out = arena_.take(written.size());
    std::size_t used = 0;
    ValueScanner in(written);
    while (!in.done()) {
      const std::string_view atom = in.token("(");
      used += atom.copy(out.data() + used, atom.size());
      in.skip_blanks();
    }
    arena_.trim(out, used);
    return {out.data(), used};
  }

  std::string_view read_literal() {
    const std::size_t close = std::min(in_.rest().find(']'), in_.rest().size() - 1);
    const std::string_view literal = in_.rest().substr(0, close + 1);
    if (!literal.ends_with(']')) bad();
    in_.skip(literal.size());
    return literal;
  }

  std::string_view readable(const Phrase& name) {
    if (!name.quoted.empty()) return decode_words(name.quoted, arena_, defects_);
    const std::string_view written = trim(name.written);
    const bool simple = find_any(written, kQuoteOrComment) == std::string_view::npos;
    return decode_words(simple ? written : words_of(written, arena_), arena_, defects_);
  }

  void add(const Mailbox& mailbox) {
    if (mailboxes_.size() < limits::kAddressesMax) return mailboxes_.push_back(mailbox);
    defects_.add(Defect::kLimitAddresses);
    full_ = true;
  }

  ValueScanner in_;
  Arena& arena_;
  DefectSet& defects_;
  std::pmr::vector<Mailbox> mailboxes_;
  bool full_ = false;
};

}  // namespace

std::pmr::vector<Mailbox> read_addresses(std::string_view value, Arena& arena, DefectSet& defects) {
  return AddressReader(value, arena, defects).read();
}

}  // namespace sluice::mime
