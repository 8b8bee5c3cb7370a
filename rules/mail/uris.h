// Collects the links of a message: of running text, of HTML parts, of signatures.
//
//   UriRules rules(settings);                    once for a rule set
//   UriList list(rules, arena);                  once for a message
//   for (each unit of the body) list.add_text("Visit www.example.com, now.\n");
//   for (each HTML part) list.add_html(facts);
//   list.add_signature("v=1; d=example.com; ...");   DomainKey-Signature first, then DKIM-Signature
//   list.uris()    {raw "http://www.example.com", types parsed|schemeless, hosts www.example.com}
//   list.texts()   what uri rules are run on: all cleaned forms, each once
//
// Source:   Mail::SpamAssassin::PerMsgStatus (get_uri_detail_list, get_uri_list) of 4.0.1. There
// the
//           order is that of a Perl hash; here it is that of the first mention.
// Failure:  none: every byte string is a text.
// Borrows:  what is added, and the arena.
// Bounds:   those of the original for the length of a link; limits::kMailUri* for all of them.
//           Time linear in the text.
// Threads:  UriRules is immutable once built; a UriList belongs to one thread.
// Tests:    tests/rules/mail/uris_test.cc

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/arena.h"
#include "rules/mail/html_facts.h"
#include "rules/mail/link_reader.h"
#include "rules/mail/mail_uri.h"
#include "rules/mail/uri_canonical.h"
#include "rules/mail/uri_text.h"

namespace sluice::rules {

// Texts of one message by hash: where each stands in a list.
class TextIndex {
 public:
  explicit TextIndex(std::pmr::memory_resource* memory) : slots_(memory) {}

  // The number that `text` was given, and whether it is new: then it is given `number`. The text is
  // borrowed.
  std::pair<uint32_t, bool> add(std::string_view text, uint32_t number);

 private:
  struct Slot {
    std::string_view text = {};
    uint32_t hash = 0;
    uint32_t number = 0;
    bool used = false;
  };

  void grow();

  std::pmr::vector<Slot> slots_;  // open addressing, a power of two
  std::size_t used_ = 0;
};

class UriList {
 public:
  UriList(const UriRules& rules, Arena& arena);
  UriList(const UriList&) = delete;
  UriList& operator=(const UriList&) = delete;

  // One unit of the rendered body, the subject included: get_decoded_stripped_body_text_array().
  void add_text(std::string_view unit);

  // One HTML part.
  void add_html(const HtmlFacts& facts);

  // The decoded text of one signature field.
  void add_signature(std::string_view field);

  // add_uri_detail_list(): whether `uri` is now in the list. Without types it is a parsed one; with
  // `domain_required` it must have a host with a valid domain.
  bool add(std::string_view uri, uint32_t types, bool domain_required);

  [[nodiscard]] std::span<const MailUri> uris() const { return uris_; }

  // get_uri_list(). Made anew at each call.
  std::span<const std::string_view> texts();

  // Whether there were no more links than limits allow.
  [[nodiscard]] bool complete() const { return !cut_ && !full(); }

  // Whether a link was too long and cut (check_uri_truncated).
  [[nodiscard]] bool truncated() const { return truncated_; }

 private:
  [[nodiscard]] bool full() const;
  void add_found(const FoundUri& found);
  std::string_view with_scheme(std::string_view link, uint32_t& types);
  void add_anchor_texts(const HtmlUri& from, MailUri& to);
  void add_signer(std::string_view domain);
  MailUri* add_read(const ReadLink& link, uint32_t types, bool domain_required);
  MailUri& entry(std::string_view uri, UriBytes bytes);
  std::string_view joined(std::string_view front, std::string_view back);

  const UriRules& rules_;
  Arena& arena_;
  LinkReader reader_;
  std::pmr::vector<MailUri> uris_;
  TextIndex by_octets_;
  TextIndex by_characters_;
  TextIndex seen_;  // links of running text as found
  std::pmr::vector<std::string_view> texts_;
  std::size_t clean_bytes_ = 0;
  bool cut_ = false;
  bool truncated_ = false;
};

}  // namespace sluice::rules
