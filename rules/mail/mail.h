// A message as SpamAssassin's rules see it: header texts, relays, body paragraphs, raw body pieces,
// links, HTML facts. Each is read when it is first asked for.
//
//   Mail mail(settings);
//   mail.read(message.raw, "alice@shop.example");
//   mail.get("From", ":addr")     "alice@shop.example"
//   mail.body().text(0)           the subject; then come the paragraphs
//
// ingest/mime reads mail by the standards, to find what is odd in it. Rules of twenty years are
// written against SpamAssassin's reading; where the two differ this one is SpamAssassin 4.0.1's.
//
// Failure:  none: every byte string is a message.
// Borrows:  read() borrows the message until the next read(). What is handed out lives as long.
// Bounds:   those of SpamAssassin, and base/limits.h; time linear in the message.
// Threads:  one at a time.
// Tests:    tests/rules/mail/, and the parity test against SpamAssassin's own answers

#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "rules/mail/html_facts.h"
#include "rules/mail/mail_uri.h"
#include "rules/mail/part.h"
#include "rules/mail/relay.h"
#include "rules/mail/text_units.h"

namespace sluice::rules {

// What rule files set about reading mail. Defaults are SpamAssassin's.
struct MailSettings {
  std::vector<std::string> trusted_networks = {};  // CIDR; empty: inferred as SpamAssassin does
  std::vector<std::string> internal_networks = {};
  std::vector<std::string> msa_networks = {};
  std::vector<std::string> redirector_patterns = {};  // Perl, each with one group
  std::vector<std::string> tlds = {};                 // util_rb_tld
  std::vector<std::string> two_level_tlds = {};       // util_rb_2tld
  std::vector<std::string> three_level_tlds = {};     // util_rb_3tld
  std::string envelope_sender_header = {};
  std::vector<std::string> originating_ip_headers = {
      "X-Yahoo-Post-IP",   "X-Originating-IP",
      "X-Apparently-From", "X-SenderIP",
      "X-AOL-IP",          "X-MS-Exchange-CrossTenant-OriginalAttributedTenantConnectingIp"};
  std::size_t body_part_scan_size = 50'000;
  std::size_t rawbody_part_scan_size = 500'000;
};

class PartMemory;
struct MailParts;  // the inside

class Mail {
 public:
  explicit Mail(const MailSettings& settings);  // borrowed
  Mail(const Mail&) = delete;
  Mail& operator=(const Mail&) = delete;
  ~Mail();

  // From now on the texts of parts are shared with other messages; nullptr, as at first: they are
  // not. The memory outlives the mail.
  void remember(PartMemory* memory);

  // `raw` is the message; `mail_from` the envelope's sender without brackets, if there is one: it
  // stands above what header fields say of it.
  void read(std::string_view raw, std::string_view mail_from);

  // ---- as it came. Full rules are matched against pristine().
  [[nodiscard]] std::string_view pristine();               // without an mbox separator
  [[nodiscard]] std::string_view pristine_header() const;  // with the blank line that ends it
  [[nodiscard]] std::string_view pristine_body() const;
  [[nodiscard]] std::string_view mbox_separator() const;  // empty: there is none

  // ---- parts, in the order of find_parts(): a part before its children
  std::span<const MailPart> tree();            // their texts: those that were asked for already
  std::string_view decoded(std::size_t part);  // of a leaf
  const ParseFlags& flags();  // truncated_header is complete once ALL was asked for

  // ---- header. PerMsgStatus::get(): `name` is a field's name, or ALL, ALL-TRUSTED, ALL-INTERNAL,
  // ALL-UNTRUSTED, ALL-EXTERNAL, ToCc, MESSAGEID, EnvelopeFrom, X-Spam-Relays-Trusted,
  // -Untrusted, -Internal, -External; `forms` what follows it: "", ":raw", ":addr", ":name:first".
  // nullopt: there is no such text (Perl's undef).
  //
  // What header rules are matched against. Where there are several texts, as all addresses of a
  // field, they stand one a line.
  std::optional<std::string_view> get(std::string_view name, std::string_view forms);
  // In scalar context: of addresses, names, hosts and IPs only the first.
  std::optional<std::string_view> get_first(std::string_view name, std::string_view forms);
  // In list context.
  std::span<const std::string_view> get_all(std::string_view name, std::string_view forms);

  // The decoded text of the last field of this name of the message; nullopt if there is none.
  std::optional<std::string_view> last_field(std::string_view name);

  // Addresses as all_from_addrs() and all_to_addrs() give them, letter case kept.
  std::span<const std::string_view> from_addresses();
  std::span<const std::string_view> to_addresses();

  const Relays& relays();

  // Header fields between two Received fields: get_all_hdrs_in_rcvd_index_range().
  std::string_view headers_between(std::optional<int> start, std::optional<int> end,
                                   bool include_start, bool include_end);

  // ---- body. A unit is what a rule is matched against at once.
  const TextUnits& body();                  // subject, then paragraphs: body rules
  const TextUnits& body_without_subject();  // tflags nosubject: body() without its first unit
  const TextUnits& visible();               // what a reader sees
  const TextUnits& invisible();             // what he does not
  const TextUnits& rawbody();               // decoded text parts in pieces

  // Of the last HTML part: the HTML tests use its facts; nullptr: there is none, or it is empty.
  const HtmlFacts* html();

  // ---- links
  std::span<const MailUri> uris();                // get_uri_detail_list()
  std::span<const std::string_view> uri_texts();  // get_uri_list(): what uri rules see
  bool uris_truncated();                          // one was too long and cut
  bool uris_complete();                           // there were no more than limits allow

  [[nodiscard]] const MailSettings& settings() const { return settings_; }

  [[nodiscard]] Arena& arena();

 private:
  const MailSettings& settings_;
  std::unique_ptr<MailParts> parts_;
};

}  // namespace sluice::rules
