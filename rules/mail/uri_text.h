// Finds links in running text, also those that nobody marked as links.
//
//   UriTextScanner scanner(registry, "see shop.example.com/x, or mail bob@example.com\n");
//   scanner.next(found)    {"shop.example.com/x,", kSchemeless, host "shop.example.com"}
//   scanner.next(found)    {"bob@example.com", kMail}
//
// Source:   Mail::SpamAssassin::PerMsgStatus (_tbirdurire) of 4.0.1. Its pattern is one of words:
//           no link goes beyond the delimiters `> < " ` } ] { [ |`, blanks, ESC and byte 0xa0.
// Failure:  none.
// Borrows:  the text.
// Bounds:   time linear in the text; what holds no '.', ':' or '@' is passed over a block at a
// time. Threads:  one at a time. Tests:    tests/rules/mail/uris_test.cc

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "rules/mail/registry.h"

namespace sluice::rules {

enum class FoundKind : uint8_t {
  kScheme,      // https://, ftp://, www., ftp.
  kMail,        // mailto:, or an @ inside
  kSchemeless,  // begins with a host that has a valid top level domain
};

struct FoundUri {
  std::string_view text = {};  // punctuation that may follow a link included
  FoundKind kind = FoundKind::kScheme;
  std::string_view host = {};  // of kSchemeless
};

class UriTextScanner {
 public:
  UriTextScanner(const Registry& registry, std::string_view text)
      : registry_(registry), text_(text) {}

  // The next link; false: there are no more.
  bool next(FoundUri& found);

 private:
  // Where a row of bytes of one kind ends, remembered: positions asked for only grow.
  struct Run {
    std::size_t from = 1;
    std::size_t to = 0;
  };

  // The host that begins anywhere in a row of host bytes: all of them end alike.
  struct HostRun {
    std::size_t from = 1;
    std::size_t to = 0;
    std::size_t dot = 0;  // before its top level domain
    std::size_t end = 0;
    bool good = false;  // it has a valid top level domain, and what follows may follow a host
  };

  bool next_word();
  bool find_in_word(FoundUri& found);
  bool match_at(std::size_t at, FoundUri& found);
  bool match_scheme(std::size_t at, FoundUri& found) const;
  bool match_mail(std::size_t at, FoundUri& found);
  bool match_schemeless(std::size_t at, FoundUri& found);
  bool take_mail(std::size_t from, std::size_t rest, std::size_t rest_max, Run& run,
                 FoundUri& found);
  void take(std::size_t from, std::size_t to, FoundKind kind, FoundUri& found) const;

  [[nodiscard]] bool may_begin(std::size_t at) const;
  [[nodiscard]] std::size_t run_end(Run& run, std::size_t from, uint8_t stops) const;
  [[nodiscard]] HostRun read_host(std::size_t from) const;
  [[nodiscard]] bool may_follow_host(std::size_t at) const;

  const Registry& registry_;
  std::string_view text_;
  std::size_t at_ = 0;        // links begin here or later
  std::size_t word_end_ = 0;  // of the word being read
  Run local_part_;
  Run after_at_;
  Run after_mailto_;
  HostRun host_;
};

}  // namespace sluice::rules
