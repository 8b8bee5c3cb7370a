#include "rules/mail/addresses.h"

#include <algorithm>
#include <cstring>

#include "base/limits.h"
#include "base/text.h"
#include "rules/mail/envelope.h"
#include "rules/mail/line_pattern.h"

namespace sluice::rules {
namespace {

using Case = LinePattern::Case;
using Addresses = std::pmr::vector<MailAddress>;

// A local part, quoted or not, and a domain or an address in brackets.
#define SLUICE_MAILBOX R"p((?:"\q""|[^@\s<>()\[\],:;]+)@(?:[^"\s<>()\[\],:;]+|\[[\d:.]+\]))p"
// Words and quoted texts.
#define SLUICE_PHRASE R"p((?:"\q""|[^",;<]++)+)p"

const LinePattern& entry_pattern() {
  static const LinePattern kEntry(R"p(^\s*(?:)p"
                                  R"p((?:()p" SLUICE_PHRASE R"p()\s*)?)p"
                                  R"p(<\s*([^>@]*\S+|\s*)\s*>)p"
                                  R"p((?:\s*<\s*(?:(?:"\q"")?\S+|\s*)\s*>)*)p"
                                  R"p(|(?:()p" SLUICE_MAILBOX R"p()|()p" SLUICE_PHRASE R"p()))p"
                                  R"p()(?:\s*\((\q()\))?\s*(?:[,;]|$))p");
  return kEntry;
}

bool is_mailbox(std::string_view text, LineMatcher& matcher) {
  static const LinePattern kMailbox("^" SLUICE_MAILBOX "$");
  if (text.ends_with('\n')) text.remove_suffix(1);  // as Perl's $
  return matcher.match(kMailbox, text);
}

bool is_odd(std::string_view address) {
  return address.starts_with("\"\"@") || std::count(address.begin(), address.end(), '"') == 1;
}

// ---- texts made anew: each at most as long as what it is made of

class Builder {
 public:
  Builder(Arena& arena, std::size_t bytes_max) : arena_(arena), space_(arena.take(bytes_max)) {}

  void add(char c) { space_[size_++] = c; }

  void add(std::string_view text) {
    if (!text.empty()) std::memcpy(space_.data() + size_, text.data(), text.size());
    size_ += text.size();
  }

  std::string_view done() {
    arena_.trim(space_, size_);
    return {space_.data(), size_};
  }

 private:
  Arena& arena_;
  std::span<char> space_;
  std::size_t size_ = 0;
};

// Where the text that begins at `at` ends: at the first of `stops` that no backslash escapes.
std::size_t escaped_end(std::string_view text, std::size_t at, std::string_view stops) {
  while (at < text.size() && stops.find(text[at]) == std::string_view::npos) {
    if (text[at] != '\\') {
      ++at;
    } else if (at + 1 < text.size()) {
      at += 2;
    } else {
      break;
    }
  }
  return at;
}

// `at` is behind an opening parenthesis: the length of the comment up to its end; 0: it has none.
std::size_t comment_end(std::string_view text, std::size_t at) {
  const std::size_t end = escaped_end(text, at, "()");
  return end < text.size() && text[end] == ')' ? end + 1 : 0;
}

void add_without_comments(std::string_view text, Builder& out) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text[at] == '(' ? comment_end(text, at + 1) : 0;
    if (end > 0) {
      at = end;
    } else {
      out.add(text[at++]);
    }
  }
}

std::string_view without_comments(std::string_view text, Arena& arena) {
  if (text.find('(') == std::string_view::npos) return text;
  Builder out(arena, text.size());
  add_without_comments(text, out);
  return out.done();
}

// The inside of a quoted string: backslashes go, of two in a row one stays.
void add_unquoted(std::string_view text, Builder& out) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\') {
      out.add(text[at]);
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && text[end] == '\\') ++end;
    const std::size_t kept = end - at - 1;  // the last goes, of the others each pair becomes one
    for (std::size_t i = 0; i < (kept + 1) / 2; ++i) out.add('\\');
    at = end - 1;
  }
}

std::string_view plain_phrase(std::string_view phrase, Arena& arena) {
  if (phrase.find_first_of("\"(") == std::string_view::npos) return phrase;
  Builder out(arena, phrase.size());
  for (std::size_t at = 0; at < phrase.size();) {
    if (phrase[at] != '"') {
      const std::size_t end = std::min(phrase.find('"', at), phrase.size());
      add_without_comments(phrase.substr(at, end - at), out);
      at = end;
      continue;
    }
    const std::size_t end = escaped_end(phrase, at + 1, "\"");
    if (end < phrase.size() && phrase[end] == '"') {
      add_unquoted(phrase.substr(at + 1, end - at - 1), out);
      at = end + 1;
    } else {
      ++at;
    }
  }
  return out.done();
}

// Every two backslashes in a row go.
std::string_view without_double_backslashes(std::string_view text, Arena& arena) {
  constexpr std::string_view kDouble = "\\\\";
  if (text.find(kDouble) == std::string_view::npos) return text;
  Builder out(arena, text.size());
  while (true) {
    const std::size_t at = text.find(kDouble);
    out.add(text.substr(0, at));
    if (at == std::string_view::npos) return out.done();
    text.remove_prefix(at + kDouble.size());
  }
}

// "friends: a@x.example;" without its name. A group that is empty takes all the rest with it.
std::string_view without_group_name(std::string_view text) {
  const std::string_view head = text.substr(0, text.find_first_of("\"()<>"));
  const std::size_t colon = head.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return text;
  text.remove_prefix(colon + 1);
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  return text.starts_with(';') ? std::string_view() : text;
}

// ---- one entry

// "user@host", without a second "@" and what follows.
std::string_view up_to_second_at(std::string_view address) {
  const std::size_t first = address.find('@');
  if (first == std::string_view::npos) return address;
  const std::size_t second = address.find('@', first + 1);
  return second == std::string_view::npos ? address : address.substr(0, second);
}

bool is_address_as_phrase(std::string_view phrase, LineMatcher& matcher) {
  if (phrase.find('@') == std::string_view::npos || is_odd(phrase)) return false;
  if (!is_mailbox(phrase, matcher)) return false;
  const std::string_view domain = phrase.substr(phrase.find('@') + 1);
  return is_valid_host(domain.substr(0, domain.find('@')));
}

class AddressReader {
 public:
  AddressReader(Arena& arena, Addresses& out) : arena_(arena), matcher_(arena), out_(out) {}

  void read(std::string_view text) {
    while (out_.size() < limits::kAddressesMax && matcher_.match(entry_pattern(), text)) {
      const std::size_t end = matcher_.match_end();
      read_entry();
      text.remove_prefix(end);
    }
    if (text.find('@') != std::string_view::npos) pick(text);
  }

 private:
  std::optional<std::string_view> group(std::size_t number) {
    const std::string_view text = matcher_.group(number);
    if (text.data() == nullptr) return std::nullopt;
    return text;
  }

  void read_entry() {
    const std::optional<std::string_view> in_brackets = group(2);
    std::optional<std::string_view> address = in_brackets ? in_brackets : group(3);
    std::optional<std::string_view> phrase = group(1) ? group(1) : group(4);
    const std::optional<std::string_view> comment = group(5);
    if (in_brackets) {
      address = without_comments(*in_brackets, arena_);
      if (!is_mailbox(*address, matcher_)) address.reset();
    }
    if (address && is_odd(*address)) address.reset();
    if (phrase) settle_phrase(phrase, address);
    if (!phrase) phrase = comment;
    if (address) address = up_to_second_at(*address);
    out_.push_back({.address = address, .phrase = phrase});
  }

  void settle_phrase(std::optional<std::string_view>& phrase,
                     std::optional<std::string_view>& address) {
    phrase = plain_phrase(*phrase, arena_);
    if (!address && is_address_as_phrase(*phrase, matcher_)) {
      address.swap(phrase);
    } else if (phrase->empty() || (address && *phrase == *address)) {
      phrase.reset();
    }
  }

  // The last resort, for text in which no entry can be told from the next.
  void pick(std::string_view text) {
    static const LinePattern kBracketed("<(" SLUICE_MAILBOX ")>");
    while (out_.size() < limits::kAddressesMax && matcher_.match(kBracketed, text)) {
      const std::string_view address = matcher_.group(1);
      text.remove_prefix(matcher_.match_end());
      if (!is_odd(address)) out_.push_back({.address = up_to_second_at(address)});
    }
  }

  Arena& arena_;
  LineMatcher matcher_;
  Addresses& out_;
};

#undef SLUICE_MAILBOX
#undef SLUICE_PHRASE

}  // namespace

std::pmr::vector<MailAddress> parse_header_addresses(std::string_view text, Arena& arena) {
  Addresses out(&arena);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  text = without_group_name(without_double_backslashes(text, arena));
  if (!trim(text).empty()) AddressReader(arena, out).read(text);
  return out;
}

}  // namespace sluice::rules
