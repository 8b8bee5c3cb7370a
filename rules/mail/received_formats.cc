#include "rules/mail/received_formats.h"

#include <string.h>  // memmem

#include "base/text.h"

namespace sluice::rules {
namespace {

using Facts = ReceivedFacts;
using Format = ReceivedFormat;
using Formats = std::vector<ReceivedFormat>;
constexpr auto kYes = Format::LookedUp::kYes;
constexpr auto kNo = Format::LookedUp::kNo;
constexpr auto kAsBefore = Format::LookedUp::kAsBefore;
constexpr auto kNoRelay = ReceivedOutcome::kNoRelay;

// ---- what some forms need besides their groups

// "helo=x ident=y" within the brackets of an Exim field; the ident is sought beside the helo.
void take_exim_details(std::string_view details, LineMatcher& matcher, Facts& facts) {
  static const LinePattern kHelo(R"(^(.*?)helo=(\S+))");
  static const LinePattern kIdent(R"(ident=(\S*))");
  std::string_view before = details;
  std::string_view after = {};
  if (matcher.match(kHelo, details)) {
    before = matcher.group(1);
    facts.helo = matcher.group(2);
    after = details.substr(matcher.match_end());
  }
  if (matcher.match(kIdent, before) || matcher.match(kIdent, after)) facts.ident = matcher.group(1);
}

bool exim_details_in_second(const ReceivedText& /*line*/, LineMatcher& matcher, Facts& facts) {
  take_exim_details(matcher.group(2), matcher, facts);
  return true;
}

bool exim_details_in_third(const ReceivedText& /*line*/, LineMatcher& matcher, Facts& facts) {
  take_exim_details(matcher.group(3), matcher, facts);
  return true;
}

// Takes what little an odd Exim field has; it stays even if the form does not fit.
bool exim_pieces(const ReceivedText& line, LineMatcher& matcher, Facts& facts) {
  static const LinePattern kName(R"(^(\S+) )");
  static const LinePattern kHelo(R"( \((\S+)\) )");
  static const LinePattern kIp(R"( \[(\i)(?:\.\d+)?\] )");
  static const LinePattern kBy(R"(by (\S+) )");
  if (matcher.match(kName, line.text)) facts.rdns = matcher.group(1);
  if (matcher.match(kHelo, line.text)) facts.helo = matcher.group(1);
  if (matcher.match(kIp, line.text)) facts.ip = matcher.group(1);
  if (!matcher.match(kBy, line.text)) return false;
  facts.by = matcher.group(1);
  return !facts.ip.empty();
}

bool xmail_details(const ReceivedText& line, LineMatcher& matcher, Facts& facts) {
  static const LinePattern kId(R"( id <(\S+)>)");
  static const LinePattern kFrom(R"( from <(\S+)>)");
  if (matcher.match(kId, line.text)) facts.id = matcher.group(1);
  if (matcher.match(kFrom, line.text)) facts.env_from = matcher.group(1);
  return true;
}

bool without_id(const ReceivedText& /*line*/, LineMatcher& /*matcher*/, Facts& facts) {
  facts.id = {};
  return true;
}

// sendmail writes "ident@name", or "IDENT:ident@name".
bool split_ident(const ReceivedText& /*line*/, LineMatcher& /*matcher*/, Facts& facts) {
  constexpr std::string_view kMark = "IDENT:";
  const auto cut = [&](std::size_t begin) {
    const std::size_t at = facts.rdns.find('@', begin);
    if (at == std::string_view::npos) return;
    facts.ident = facts.rdns.substr(begin, at - begin);
    facts.rdns.remove_prefix(at + 1);
  };
  if (facts.rdns.starts_with(kMark)) cut(kMark.size());
  cut(0);
  return true;
}

// qmail-ldap's fields look like sendmail's.
bool is_sendmail(const ReceivedText& line, LineMatcher& matcher) {
  static const LinePattern kQmailLdap(R"( by \S+ \(qmail-\S+\) with )");
  return !line.has(" (qmail-") || !matcher.match(kQmailLdap, line.text);
}

bool hotmail_ip(const ReceivedText& line, LineMatcher& matcher, Facts& facts) {
  static const LinePattern kIp(R"(^(\i) )");
  if (matcher.match(kIp, line.text)) facts.ip = matcher.group(1);
  return true;
}

// qmail: the name is "unknown" where none was found; without HELO it is the name.
bool qmail_details(const ReceivedText& line, LineMatcher& matcher, Facts& facts) {
  static const Formats kForms = {
      {.pattern = LinePattern(R"(^(\S+) \((?:HELO|EHLO) ([^ ()]*)\) \((\S*)@\[?(\i)\]?\))"
                              R"((?: \(envelope-sender <\S+>\))? by (\S+))"),
       .groups = "rhdib"},
      {.pattern = LinePattern(R"(^(\S+) \((?:HELO|EHLO) ([^ ()]*)\) \(\[?(\i)\]?\))"
                              R"((?: \(envelope-sender <\S+>\))? by (\S+))"),
       .groups = "rhib"},
      {.pattern = LinePattern(R"(^(\S+) \((\S*)@\[?(\i)\]?\))"
                              R"((?: \(envelope-sender <\S+>\))? by (\S+))"),
       .groups = "xdib"},
      {.pattern = LinePattern(R"(^(\S+) \(\[?(\i)\]?\)(?: \(envelope-sender <\S+>\))? by (\S+))"),
       .groups = "xib"},
  };
  for (const Format& form : kForms) {
    if (try_format(form, line, matcher, facts)) break;
  }
  if (facts.rdns == "unknown") {
    facts.rdns = {};
  } else {
    facts.looked_up = true;
  }
  return true;
}

// couriertcpd writes "softdnserr" where a look-up failed.
bool rdns_unless_error(const ReceivedText& /*line*/, LineMatcher& matcher, Facts& facts) {
  facts.looked_up = matcher.group(2) != "softdnserr";
  if (facts.looked_up) facts.rdns = matcher.group(2);
  return true;
}

bool obtuse_looked_up(const ReceivedText& /*line*/, LineMatcher& /*matcher*/, Facts& facts) {
  if (facts.rdns != "UNKNOWN") facts.looked_up = true;
  return true;
}

// The field that read_relays() makes of X-Originating-IP and its like.
bool of_no_server(const ReceivedText& /*line*/, LineMatcher& /*matcher*/, Facts& facts) {
  facts.by = {};
  return true;
}

bool unverified_is_none(const ReceivedText& /*line*/, LineMatcher& /*matcher*/, Facts& facts) {
  if (facts.rdns == "unverified") facts.rdns = {};
  return true;
}

bool is_webmail_http(const ReceivedText& line, LineMatcher& matcher) {
  static const LinePattern kHttp(R"(\bwith HTTP\b)");
  return matcher.match(kHttp, line.text);
}

bool is_squirrel(const ReceivedText& line, LineMatcher& /*matcher*/) {
  return line.has(" (SquirrelMail authenticated user ") ||
         line.has(" (NaSMail authenticated user ");
}

bool is_aol(const ReceivedText& line, LineMatcher& /*matcher*/) {
  return line.has("aol.com");
}

LinePattern p(std::string_view pattern) {
  return LinePattern(pattern);
}

Format skip(std::string_view needs, std::string_view pattern) {
  return {.needs = needs, .pattern = p(pattern), .outcome = kNoRelay};
}

// ---- the tables

Formats webmail() {
  return {
      {" authenticated user ", p(R"((\i)\b(?![.-]).{10,80}by (\S+) with HTTP)"), "ib", kAsBefore,
       nullptr, is_squirrel},
      {"with HTTP (WebMailUI)", p(R"((\i) by (\S+) \(\i\) with HTTP \(WebMailUI\))"), "ib",
       kAsBefore, nullptr, is_aol},
  };
}

Formats exchange() {
  return {{{},
           p(R"(^(\S+) \(\[?(\i)(?:%[A-Z0-9._~-]*)?\]?\) by (\S+) )"),
           "hib",
           kAsBefore,
           without_id}};
}

Formats exim() {
  return {
      skip("with local", R"(\bwith local(?:-\S+)? )"),
      {{}, p(R"(^\[(\i)\] \((.*?)\) by (\S+) )"), "i-b", kAsBefore, exim_details_in_second},
      {{}, p(R"(^(\S+) \(\[(\i)\](.*?)\) by (\S+) )"), "xi-b", kAsBefore, exim_details_in_third},
      {{}, p(R"(^(\S+) \[(\i)\](:\d+)? by (\S+) )"), "xi-b"},
      {{}, p("^"), "", kAsBefore, exim_pieces},
  };
}

std::vector<ReceivedFamily> families() {
  constexpr std::string_view kExchange =
      R"( with (?:Microsoft SMTP Server|mapi id) (?:\([^\)]+\) )?\d+\.\d+\.\d+\.\d+(?:$| ))";
  return {
      {" SMTPSVC",
       {},
       {{{}, p(R"(^(\S*) \(\[(\i)\][^\)]{0,40}\) by (\S+) with Microsoft SMTPSVC)"), "hib"},
        skip({}, R"(^mail pickup service by (\S+) with Microsoft SMTPSVC$)")}},
      {" with Microsoft SMTP Server ", p(kExchange), exchange()},
      {" with mapi id ", p(kExchange), exchange()},
      {"[XMail ",
       {},
       {{{},
         p(R"(^(\S+) \((\[?\i\]?)(?::\d+)\) by (\S+)(?: \(\S+\))? with \[XMail)"),
         "hib",
         kAsBefore,
         xmail_details}}},
      {"(ecelerity",
       p(R"(\(ecelerity\b)"),
       {{{}, p(R"(^\(\[(\i):\d+\] helo=(\S+)\) by (\S+) )"), "ihb"},
        {{}, p(R"(^\S+ \(\[(\i):\d+\]\) by (\S+) )"), "ib"}}},
      {"Exim", {}, exim()},
      {" (Postfix) with",
       {},
       {{{}, p(R"(^(\S+) \((\S+) \[(\i)\]\) by (\S+) )"), "hrib", kYes},
        {{}, p(R"(^(\S+) \((\S+)\[(\i)\]\) by (\S+) )"), "hrib", kYes}}},
      {"(Scalix SMTP Relay", {}, {{{}, p(R"(^(\S+) \( ?(\i)\) by (\S+))"), "hib"}}},
      {" (Lotus Domino ", {}, {{{}, p(R"(^(\S+) \(\[(\i)\]\) by (\S+) \(Lotus)"), "hib", kNo}}},
  };
}

// sendmail, qpsmtpd, qmail, and what writes as they do.
Formats widespread() {
  return {
      {"with HTTP", p(R"(^(\i) \(\[\i\]\) by (\S+))"), "ib", kAsBefore, nullptr, is_webmail_http},
      {{}, p(R"(^(\S+) \((\S+) \[(\i)\].*\) by (\S+) \()"), "hrib", kYes, split_ident, is_sendmail},
      {{}, p(R"(^(\S+) \((\S+) \[(\i)\]\) by (\S+) with \S+ \()"), "hrib", kYes},
      {"] helo=", p(R"(^(\S+) \(\[(\i)\] helo=(\S+)\) by (\S+) with )"), "rihb"},
      {"(<unknown", p(R"(^(\S+) \(<unknown\S*>\[(\i)\]\) by (\S+) )"), "hib"},
      {{}, p(R"(^(\S+) \((\S+\.\S+)\[(\i)\]\) by (\S+) )"), "hrib", kYes},
      {"@[", p(R"(^(\S+) \((\S*)@\[(\i)\].*\) by (\S+) \()"), "hdib", kYes},
      {".hotmail.msn.com ", p(R"(by (\S+\.hotmail\.msn\.com) )"), "b", kAsBefore, hotmail_ip},
      {" (qpsmtpd/",
       p(R"(^(\S+) \((?:HELO|EHLO) (\S*)\) \((\i)\) by (\S+) \(qpsmtpd/\S+\) with (?:ESMTP|SMTP))"),
       "rhib"},
      {" (LHLO ", p(R"(^(\S+) \(LHLO (\S*)\) \((\i)\) by (\S+) with LMTP)"), "rhib"},
      {{},
       p(R"(^(\S+) \((?:HELO|EHLO) (\S*)\) \[(\i)\] by (\S+) \([^\)]+\) with (?:ESMTP|SMTP))"),
       "rhib"},
      {" via smtpd (for ", p(R"(^(\S+) \(\[(\i)\]\) by (\S+) via smtpd \(for \S+\) with SMTP\()"),
       "hib"},
      {{},
       p(R"(^\S+(?: \((?:HELO|EHLO) \S*\))? \((?:\S+@)?\[?\i\]?\)(?: \(envelope-sender <\S+>\))?)"
         R"( by \S+(?: \(.+\))* with (?:.* )?(?:SMTP|QMQP)(?! id ))"),
       "",
       kAsBefore,
       qmail_details},
  };
}

Formats rare() {
  return {
      {" via HTTP", p(R"(^\[(\i)\] by (\S+) via HTTP$)"), "ib"},
      {{}, p(R"(^(\S+) \( \[(\i)\]\).*? by (\S+) )"), "-ib"},
      {{}, p(R"(^\((\S+) \[(\i)\]\) by (\S+) )"), "hib"},
      {{}, p(R"(^\[(\i)\] by (\S+) )"), "ib"},
      {{}, p(R"(^\(\[?(\i)\]?\) by (\S+) )"), "ib"},
      {{}, p(R"(^(\S+) \[(\i)\] by (\S+) \[\i\] with )"), "hib", kYes},
      {{}, p(R"(^(\S+) \[\((\i)\)\] by (\S+) \(\i\) )"), "hib"},
      {{}, p(R"(^(\S+) \(\[(\i)\]\) by (\S+) \()"), "hib", kYes},
      {{}, p(R"(^(\S+) \((\S+) \[(\i)\]\).*? by (\S+)\b)"), "h-ib", kAsBefore, rdns_unless_error},
      {{}, p(R"(^(\S+) \(\[(\i)(?:[.:]\d+)?\]\).*? by (\S+) )"), "hib", kYes},
      {{},
       p(R"(^(\S+) \((\S+) \[(\i)\]\)(?: \(authenticated bits=\d+\))? by (\S+) \()"),
       "hrib",
       kYes},
      {.needs = "with ",
       .pattern = p(R"(with (?:POP3|IMAP))"),
       .outcome = ReceivedOutcome::kFetched},
      {{},
       p(R"(^(\S+) \((?:HELO|EHLO) ([^\)]*)\) \((\S*@)?\[?(\i)\]?\).* by (\S+) )"),
       "rhDib",
       kYes},
      {{}, p(R"(^(\S+) \((\S*@)?\[?(\i)\]?\).* by (\S+) )"), "xDib", kYes},
      {" via smap ", p(R"(^(\S+)\((\i)\) by (\S+) via smap )"), "rib", kYes},
      {" via smap ", p(R"(^(\S+)\((\i), (?:HELO|EHLO) (\S*)\) by (\S+) via smap )"), "rihb", kYes},
      {{}, p(R"(^(\i) by (\S+) \((?:SMTPL|InterScan)\b)"), "ib"},
      skip(" with BSMTP", R"(^\S+ by \S+ with BSMTP)"),
      {{}, p(R"(^(\S+) \((\S+) \[(\i)\]\) by (\S+) with )"), "hrib", kYes},
      {{},
       p(R"(^(\S+) \((?:HELO|EHLO) (\S*)\) \((?:(\S+)@)?(\i).*?\) by (\S+) with )"),
       "rhdib",
       kYes},
      {{}, p(R"(^\[(\i)\] \((?:account \S+ )?(?:HELO|EHLO) (\S*)\) by (\S+) \()"), "ihb"},
      {" (CommuniGate Pro", p(R"(^(\S+) \(\[(\i)\] verified\) by (\S+) \()"), "xib", kYes},
      skip(" (Content Technologies ", R"(^\S+ \(\S+\) by \S+ \(Content Technologies )"),
      {"] [", p(R"(^(\S+) \(\[(\i)\] \[(\S+)\]\) by (\S+) with )"), "hi-b"},
      {{}, p(R"(^(\i) by (\S+) with )"), "ib"},
      {{}, p(R"(^(\S+) \((\S+)\[(\i)\]\) by (\S+) )"), "hrib", kYes},
      {{}, p(R"(^\[(\i)\]\S+ \((?:HELO|EHLO) (\S*)\) by (\S+) )"), "ihb"},
      {{}, p(R"(^(\i) \((?:HELO|EHLO) (\S*)\) by (\S+) )"), "ihb"},
      {{}, p(R"(^(\S+) \[(\i)\] by (\S+) )"), "hib"},
      {{}, p(R"(^(\S+)\((\i)\) by (\S+) )"), "rib"},
      {"(unverified ", p(R"(^(\S+) \(unverified \[(\i)\]\) by (\S+) )"), "hib"},
      {{}, p(R"(^(\i) \([A-Za-z][^\)]+\) by (\S+) with )"), "ib"},
      {{}, p(R"(^\[(\i)\] \(([^\)]+)\) by (\S+) )"), "i-b", kAsBefore, exim_details_in_second},
      {" via ", p(R"p(^(\S+)\((\i)\)(?:, claiming to be "(\S+)")? via \S+ by (\S+),)p"), "riHb",
       kAsBefore, obtuse_looked_up},
      {" with login)", p(R"(^(\S+) \((\S+)@(\i) with login\) by (\S+\.yahoo\.com) with SMTP)"),
       "h-ib"},
      {"X-Originating-IP: ", p(R"(^X-Originating-IP: (\i)$)"), "i", kAsBefore, of_no_server},
  };
}

Formats skipped() {
  return {
      skip("@", R"(^\S+ \([^\s@]+@\l\) by \S+ \()"),
      skip(" with local-", R"(^\S+ \S+ by \S+ with local-e?smtp )"),
      skip("(AVG SMTP ", R"(^127\.0\.0\.1 \(AVG SMTP \S+ \[\S+\]\))"),
      skip("@", R"(^\S+@\S+ by \S+ )"),
      skip({}, R"(^Unknown/Local \()"),
      skip({}, R"(^\l \((?:\S+@)?\l[\)\[])"),
      skip({}, R"(^\S+ \((?:\S+@)?\l\) )"),
      skip("@", R"(^\S+ \(\S+@\S+ \[\l\]\) )"),
      skip({}, R"(^\(AUTH: \S+\) by \S+ with )"),
      skip("UNIX", R"(^localhost \(localhost \[\[UNIX: localhost\]\]\) by )"),
      skip("(peer crosscheck: ",
           R"(^\S+\.amazon\.com by \S+\.amazon\.com with ESMTP \(peer crosscheck: )"),
      skip(" with Novell_GroupWise", R"(^[^\.]+ by \S+ with Novell_GroupWise)"),
      skip({}, R"(^no\.name\.available by \S+ via smtpd \(for )"),
      {.needs = " with qmail-scanner",
       .pattern = p(R"(^\S+ by \S+ \(.{0,100}\) with qmail-scanner)"),
       .outcome = ReceivedOutcome::kScanned},
      skip(" with local", R"(^\S+ by \S+ with local)"),
      skip(" (Cyrus v",
           R"(^\S+ \(\[unix socket\]\) by \S+ \(Cyrus v[0-9]*?\.[0-9]*?\.[0-9]*?\) with LMTPA)"),
      skip({}, R"(^\S+ by \S+ (?:with|via|for|\())"),
      skip({}, R"(^\S+ (?:(?:with|via|for) \S+|\(unverified\)) by\b)"),
      skip(" (SG) ", R"(^\S+ \(unknown\) by \S+ \(SG\) with \b)"),
      skip(" (OpenSMTPD) ", R"(^\S+ \(\S+ \[local\]\) by \S+ \(OpenSMTPD\) with \b)"),
      skip("(LSMTP for", R"(\(LSMTP for)"),
      skip(" with MailEnable ", R"(^\(\[\l\]\) with MailEnable )"),
      skip(" with Thrift ", R"(^facebook\.com \([^\)]+\) by facebook\.com with Thrift id \S+$)"),
      skip(" with HTTPREST", R"(^\S+ named \S+ by gmailapi\.google\.com with HTTPREST$)"),
      skip({}, R"(^\S+ id \S+$)"),
      skip(" (Jetsend", R"(^\[<.*? \(Jetsend)"),
  };
}

Formats upper() {
  return {{{},
           p(R"(^(\S+) \((\S+) \[(\i)\]\) BY (\S+) (?:\([^\)]+\) WITH SMTP )?ID <?(\S+?)>?)"
             R"((?: FOR <[^>]+>)?$)"),
           "hribn",
           kYes,
           unverified_is_none}};
}

Formats in_brackets() {
  return {
      {"NAVGW", p(R"(^(\S*) \[(\i)\]\) by (\S+) \(NAVGW .*?\) with )"), "hib"},
      skip({}, R"(^\S+@localhost\) by \S+ )"),
      skip("(jqueuemail)", R"(^[^\s@]+@[^)]+\) by \S+\(jqueuemail\) id [^\s;]+)"),
  };
}

Formats general() {
  Formats all = widespread();
  for (Format& format : rare()) all.push_back(std::move(format));
  return all;
}

void take_group(char what, std::string_view group, Facts& facts) {
  if (group.data() == nullptr && what != 'D' && what != 'H') return;
  switch (what) {
    case 'i':
      facts.ip = group;
      return;
    case 'r':
      facts.rdns = group;
      return;
    case 'h':
    case 'H':
      facts.helo = group;
      return;
    case 'x':
      facts.rdns = facts.helo = group;
      return;
    case 'b':
      facts.by = group;
      return;
    case 'n':
      facts.id = group;
      return;
    case 'd':
      facts.ident = group;
      return;
    case 'D':
      facts.ident = group.substr(0, group.empty() ? 0 : group.size() - 1);
      return;
    default:
      return;
  }
}

}  // namespace

const ReceivedFormats& received_formats() {
  static const ReceivedFormats kFormats = {.webmail = webmail(),
                                           .families = families(),
                                           .general = general(),
                                           .skipped = skipped(),
                                           .upper = upper(),
                                           .in_brackets = in_brackets()};
  return kFormats;
}

BytePairs::BytePairs(std::string_view line) {
  uint32_t before = 0;
  for (const char c : line) {
    const uint32_t pair = (before << 6U ^ static_cast<uint8_t>(ascii_lower(c))) % kBits;
    bits_[pair / 64] |= uint64_t{1} << (pair % 64);
    before = static_cast<uint8_t>(ascii_lower(c));
  }
}

bool BytePairs::may_have(std::string_view needle) const {
  for (std::size_t i = needle.size() - 1; i > 0; --i) {
    const auto before = static_cast<uint32_t>(static_cast<uint8_t>(ascii_lower(needle[i - 1])));
    const uint32_t pair = (before << 6U ^ static_cast<uint8_t>(ascii_lower(needle[i]))) % kBits;
    if ((bits_[pair / 64] >> (pair % 64) & 1U) == 0) return false;
  }
  return true;
}

bool ReceivedText::has(std::string_view needle) const {
  return pairs.may_have(needle) &&
         memmem(text.data(), text.size(), needle.data(), needle.size()) != nullptr;
}

bool try_format(const ReceivedFormat& format, const ReceivedText& line, LineMatcher& matcher,
                ReceivedFacts& facts) {
  if (!format.needs.empty() && !line.has(format.needs)) return false;
  if (format.only_if != nullptr && !format.only_if(line, matcher)) return false;
  if (!matcher.match(format.pattern, line.text)) return false;
  for (std::size_t i = 0; i < format.groups.size(); ++i) {
    take_group(format.groups[i], matcher.group(i + 1), facts);
  }
  if (format.looked_up != kAsBefore) facts.looked_up = format.looked_up == kYes;
  return format.more == nullptr || format.more(line, matcher, facts);
}

}  // namespace sluice::rules
