// The forms of a link that rules want to see: without tricks of spelling, and where it leads on to.
//
//   UriCanonicalizer canonicalizer(rules, arena);
//   canonicalizer.forms("http:\\\\%77ww.example.com?id=3", UriBytes::kOctets)
//       the same, "http://www.example.com/?id=3"
//   host_of_uri("http://bob@www.example.co.uk:80/x", registry, arena)
//       {host "www.example.co.uk", domain "example.co.uk"}
//
// Source:   Mail::SpamAssassin::Util (uri_list_canonicalize, url_encode) and RegistryBoundaries
//           (uri_to_domain) of 4.0.1.
// Failure:  none: every byte string is a link.
// Borrows:  the link, and the arena.
// Bounds:   limits::kUriRedirectsMax links inside a link, kUriRedirectBytesMax of them in all.
//           Time linear in the link and these.
// Threads:  one at a time.
// Tests:    tests/rules/mail/uris_test.cc

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/limits.h"
#include "rules/mail/mail.h"
#include "rules/mail/redirectors.h"
#include "rules/mail/registry.h"

namespace sluice::rules {

// What settings say of links, made ready.
struct UriRules {
  explicit UriRules(const MailSettings& settings)
      : registry(settings.tlds, settings.two_level_tlds, settings.three_level_tlds),
        redirectors(settings.redirector_patterns) {}

  Registry registry;
  Redirectors redirectors;
};

// What bytes above 0x7f in a link are. The original has links of running text as octets, links of
// HTML parts as characters; it matters where such bytes become %xx.
enum class UriBytes : uint8_t { kOctets, kCharacters };

class UriCanonicalizer {
 public:
  UriCanonicalizer(const UriRules& rules, Arena& arena)
      : rules_(rules), arena_(arena), links_(&arena), made_(&arena), forms_(&arena) {}

  // `uri` without line breaks and blanks around it first, then the links inside it, then what was
  // made of them; each once. Good until the next call.
  std::span<const std::string_view> forms(std::string_view uri, UriBytes bytes);

 private:
  struct Http;

  void read_link(std::string_view link);
  void read_mail(std::string_view link);
  void add_without_spaces(std::string_view link, std::size_t at);
  void add_between_brackets(std::string_view link);
  void read_http(const Http& http);
  void add_without_port(const Http& http);
  void follow(const Http& http);
  bool add_as_address(const Http& http);
  void add_as_com(const Http& http, std::string_view host);
  void add(const Http& http, std::string_view host);

  void add(std::string_view form) { made_.push_back(form); }

  void add_link(std::string_view link);
  void merge();

  const UriRules& rules_;
  Arena& arena_;
  UriBytes bytes_ = UriBytes::kOctets;
  std::pmr::vector<std::string_view> links_;  // still to be read or read
  std::pmr::vector<std::string_view> made_;
  std::pmr::vector<std::string_view> forms_;
  RedirectorWork redirector_work_;
  std::size_t redirect_bytes_ = 0;
};

// url_encode(): %XX of a printable byte becomes that byte; bytes that may not stand in a link
// become %xx.
std::string_view recode_percent(std::string_view uri, UriBytes bytes, Arena& arena);

// Whether "%" and two hexadecimal digits occur.
bool has_percent_code(std::string_view uri);

struct UriHost {
  std::string_view host = {};    // lower case
  std::string_view domain = {};  // what was registered; of an address, the same
};

// uri_to_domain(): nullopt where it has no host that is an address or a name with a valid top level
// domain.
std::optional<UriHost> host_of_uri(std::string_view uri, const Registry& registry, Arena& arena);

}  // namespace sluice::rules
