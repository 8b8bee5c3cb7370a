// What is made of one link, whatever message it stands in: its canonical forms and their hosts.
//
//   LinkReader reader(rules, arena);
//   reader.read("http:\\\\www.example.com", UriBytes::kOctets)
//       {forms: the same, "http://www.example.com", hosts: {www.example.com, example.com}}
//
// Source:   Mail::SpamAssassin::PerMsgStatus (add_uri_detail_list) of 4.0.1.
// Failure:  none: every byte string is a link.
// Borrows:  the link, and the arena.
// Bounds:   those of UriCanonicalizer.
// Threads:  one at a time.
// Tests:    tests/rules/mail/uris_test.cc

#pragma once

#include <cstddef>
#include <memory_resource>
#include <span>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "rules/mail/html_facts.h"
#include "rules/mail/uri_canonical.h"

namespace sluice::rules {

struct ReadLink {
  std::string_view raw = {};
  UriBytes bytes = UriBytes::kOctets;
  std::span<const std::string_view> forms = {};  // each up to limits::kMailUriCleanBytesMax
  std::span<const UriHost> hosts = {};           // of the forms, each once
  std::size_t form_bytes = 0;                    // before forms were cut
  bool truncated = false;                        // some were
};

class LinkReader {
 public:
  LinkReader(const UriRules& rules, Arena& arena);

  // Results are good until the next call.
  const ReadLink& read(std::string_view uri, UriBytes bytes);
  const ReadLink& read(const HtmlUri& uri);

  // As read(), but the link's only form is itself.
  const ReadLink& read_as_it_is(std::string_view uri, UriBytes bytes);

 private:
  const ReadLink& read_forms(std::string_view uri, UriBytes bytes,
                             std::span<const std::string_view> forms);
  void add_host(std::string_view form);

  const UriRules& rules_;
  Arena& arena_;
  UriCanonicalizer canonicalizer_;
  std::pmr::vector<std::string_view> forms_;
  std::pmr::vector<UriHost> hosts_;
  ReadLink link_ = {};
};

// Has what LinkReader makes of the links of a part stand beside them, in the arena: of as many as
// the list of a message has room for.
void read_links(HtmlFacts& facts, const UriRules& rules, Arena& arena);

}  // namespace sluice::rules
