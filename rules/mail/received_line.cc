#include "rules/mail/received_line.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/text.h"
#include "rules/mail/ip_text.h"
#include "rules/mail/received_formats.h"

namespace sluice::rules {
namespace {

using Outcome = ReceivedOutcome;
using Case = LinePattern::Case;

// Perl's truth of a text.
bool is_true(std::string_view text) {
  return !text.empty() && text != "0";
}

// ---- making the line plain

// Runs of blanks become one, none is left at the ends, nor a semicolon at the end.
std::string_view squeeze(std::string_view text, Arena& arena) {
  text = trim(text);
  const std::span<char> space = arena.take(text.size());
  std::size_t size = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_space(text[i])) {
      space[size++] = text[i];
    } else if (space[size - 1] != ' ') {
      space[size++] = ' ';
    }
  }
  while (size > 0 && space[size - 1] == ';') {
    --size;
    if (size > 0 && space[size - 1] == ' ') --size;
  }
  arena.trim(space, size);
  return {space.data(), size};
}

// Cuts the last word and the blank before it off; empty: there is no blank before it.
std::string_view take_last_word(std::string_view& line) {
  const std::size_t blank = line.rfind(' ');
  if (blank == std::string_view::npos) return {};
  const std::string_view word = line.substr(blank + 1);
  line = line.substr(0, blank);
  return word;
}

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

// "17:48" or "17:48:07".
bool is_time(std::string_view text) {
  for (int colons = 0; colons < 3; ++colons) {
    const std::size_t colon = text.find(':');
    if (!is_number(text.substr(0, colon))) return false;
    if (colon == std::string_view::npos) return colons > 0;
    text.remove_prefix(colon + 1);
  }
  return false;
}

bool is_month(std::string_view text) {
  constexpr std::string_view kMonths = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec";
  return text.size() == 3 && text.find(' ') == std::string_view::npos &&
         kMonths.find(text) != std::string_view::npos;
}

bool ends_with_weekday(std::string_view line) {
  constexpr std::string_view kDays = "Mon, Tue, Wed, Thu, Fri, Sat, Sun, ";
  if (line.size() < 6) return false;
  const std::size_t at = kDays.find(line.substr(line.size() - 5));
  return at != std::string_view::npos && at % 5 == 0;
}

bool is_blank_or_semicolon(char c) {
  return c == ' ' || c == ';';
}

// Cuts "; Tue, 23 May 2006 13:06:35 -0400" off.
std::string_view without_date(std::string_view line) {
  std::string_view head = line;
  if (take_last_word(head).empty() || !is_time(take_last_word(head)) ||
      !is_number(take_last_word(head)) || !is_month(take_last_word(head))) {
    return line;
  }
  std::size_t end = head.size();
  while (end > 0 && is_digit(head[end - 1])) --end;
  if (end == head.size() || end == 0 || !is_blank_or_semicolon(head[end - 1])) return line;
  head = head.substr(0, end);
  if (ends_with_weekday(head) && is_blank_or_semicolon(head[head.size() - 6])) {
    head.remove_suffix(5);
  }
  while (!head.empty() && is_blank_or_semicolon(head.back())) head.remove_suffix(1);
  return head;
}

// Some filters write "(...)by host".
std::string_view with_blank_before_by(std::string_view line, Arena& arena) {
  const std::size_t joint = line.find(")by ");
  if (joint == std::string_view::npos) return line;
  const std::span<char> space = arena.take(line.size() + 1);
  std::memcpy(space.data(), line.data(), joint + 1);
  space[joint + 1] = ' ';
  std::memcpy(space.data() + joint + 2, line.data() + joint + 1, line.size() - joint - 1);
  return {space.data(), space.size()};
}

// ---- what every form can tell

void find_id(const ReceivedText& line, LineMatcher& matcher, ReceivedFacts& facts) {
  static const LinePattern kId(R"( id <?([^\s<>;]{3,}))");
  if (line.has(" id ") && matcher.match(kId, line.text)) facts.id = matcher.group(1);
}

void find_helo(const ReceivedText& line, LineMatcher& matcher, ReceivedFacts& facts) {
  static const LinePattern kMarked(R"(\bhelo=([-A-Za-z0-9\.\^+_&:=?!@%*\$\\\/]+))");
  static const LinePattern kSpoken(R"(\b(?:HELO|EHLO) ([-A-Za-z0-9\.\^+_&:=?!@%*\$\\\/]+))");
  if ((line.has("helo=") && matcher.match(kMarked, line.text)) ||
      (line.has("LO ") && matcher.match(kSpoken, line.text))) {
    facts.helo = matcher.group(1);
  }
}

void find_by(const ReceivedText& line, ReceivedFacts& facts) {
  constexpr std::string_view kBy = " by ";
  const std::size_t at = line.text.find(kBy);
  if (at == std::string_view::npos) return;
  const std::string_view rest = line.text.substr(at + kBy.size());
  facts.by = rest.substr(0, rest.find(' '));
}

void find_env_from(const ReceivedText& line, LineMatcher& matcher, ReceivedFacts& facts) {
  static const LinePattern kFrom(R"((?:return-path:? |envelope-(?:sender|from)[ =])(\S+)\b)",
                                 Case::kIgnored);
  const bool may = line.pairs.may_have("envelope-") || line.pairs.may_have("return-path");
  if (may && matcher.match(kFrom, line.text)) {
    facts.env_from = matcher.group(1);
  }
}

std::string_view join(std::initializer_list<std::string_view> parts, Arena& arena) {
  std::size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  const std::span<char> space = arena.take(size);
  std::size_t at = 0;
  for (const std::string_view part : parts) {
    if (!part.empty()) std::memcpy(space.data() + at, part.data(), part.size());
    at += part.size();
  }
  return {space.data(), size};
}

// ---- authentication: each reads one way to tell it; empty: it does not

struct AuthSign {
  std::string_view needs;
  std::string_view (*read)(const ReceivedText& line, LineMatcher& matcher, Arena& arena);
};

std::string_view auth_gmail(const ReceivedText& line, LineMatcher& matcher, Arena& arena) {
  static const LinePattern kClient(
      R"( by mx\.google\.com with ESMTPS id [a-z0-9]{1,4}sm[0-9]{2,9}[a-z]{3}\.[0-9]{1,3}\.)"
      R"([0-9]{4}\.(?:[0-6][0-9]\.){4}[0-6][0-9])");
  static const LinePattern kCipher(R"(\(version=([^ ]+) cipher=([^\)]+)\))");
  if (!matcher.match(kClient, line.text) || !matcher.match(kCipher, line.text)) return {};
  return join({"GMail - transport=", matcher.group(1), " cipher=", matcher.group(2)}, arena);
}

std::string_view auth_courier(const ReceivedText& line, LineMatcher& matcher, Arena& /*arena*/) {
  static const LinePattern kSign(R"(^from .*?(?:\]\)|\)\]) \(AUTH: )"
                                 R"((LOGIN|PLAIN|DIGEST-MD5|CRAM-MD5) \S+(?:, .*?)?\) by )");
  return matcher.match(kSign, line.text) ? matcher.group(1) : std::string_view();
}

std::string_view auth_sendmail(const ReceivedText& line, LineMatcher& matcher, Arena& /*arena*/) {
  static const LinePattern kSign(
      R"(^from .*?(?:\](?: \([^)]*\))?\)|\)\]) .*?\(.*?authenticated.*?\).*? by)");
  return matcher.match(kSign, line.text) ? "Sendmail" : std::string_view();
}

std::string_view auth_gmx(const ReceivedText& line, LineMatcher& matcher, Arena& arena) {
  static const LinePattern kSign(R"(from \S* \((?:HELO|EHLO) (\S*)\) \[(\i)\] by )"
                                 R"((mail\.gmx\.(?:net|com)) \([^\)]+\) with (ESMTP|SMTP))");
  if (!matcher.match(kSign, line.text)) return {};
  return join({"GMX (", matcher.group(4), " / ", matcher.group(3), ")"}, arena);
}

std::string_view auth_critical_path(const ReceivedText& line, LineMatcher& matcher,
                                    Arena& /*arena*/) {
  static const LinePattern kSign(
      R"(\) by .+ \(\d{1,2}\.\d\.\d{3}(?:\.\d{1,3})?\) \(authenticated as .+\) id )");
  return matcher.match(kSign, line.text) ? "CriticalPath" : std::string_view();
}

std::string_view auth_postfix(const ReceivedText& line, LineMatcher& matcher, Arena& arena) {
  static const LinePattern kSign(R"(\) \(Authenticated sender: \S+\) by \S+ \(([^\)]+)\) with )");
  if (!matcher.match(kSign, line.text)) return {};
  const std::string_view server = matcher.group(1);
  return server == "Postfix" ? server : join({"Postfix (", server, ")"}, arena);
}

std::string_view auth_communigate(const ReceivedText& line, LineMatcher& matcher,
                                  Arena& /*arena*/) {
  static const LinePattern kSign(R"(CommuniGate Pro (?:HTTP|SMTP|XIMSS|IMAP))");
  const bool is = line.has(" (account ") && matcher.match(kSign, line.text);
  return is ? "Communigate" : std::string_view();
}

std::string_view auth_exchange(const ReceivedText& line, LineMatcher& matcher, Arena& /*arena*/) {
  static const LinePattern kSign(R"( with Microsoft Exchange Server HTTP-DAV\b)");
  return matcher.match(kSign, line.text) ? "HTTP-DAV" : std::string_view();
}

constexpr std::array kAuthSigns = {
    AuthSign{" by mx.google.com with ESMTPS id ", auth_gmail},
    AuthSign{" (AUTH: ", auth_courier},
    AuthSign{"authenticated", auth_sendmail},
    AuthSign{" by mail.gmx.", auth_gmx},
    AuthSign{" (authenticated as ", auth_critical_path},
    AuthSign{" (Authenticated sender: ", auth_postfix},
    AuthSign{"CommuniGate Pro ", auth_communigate},
    AuthSign{" with Microsoft Exchange Server HTTP-DAV", auth_exchange},
};

// "with ESMTPSA" and the like (RFC 3848), and webmail.
std::string_view auth_protocol(const ReceivedText& line, LineMatcher& matcher) {
  static const LinePattern kWith(R"( with ((?:ES|L|UTF8S|UTF8L)MTPS?A|ASMTP|HTTP[SU]?)(?: |;|$))",
                                 Case::kIgnored);
  const BytePairs& pairs = line.pairs;
  if (!pairs.may_have("mtpa") && !pairs.may_have("mtpsa") && !pairs.may_have("asmtp") &&
      !pairs.may_have(" http")) {
    return {};
  }
  return matcher.match(kWith, line.text) ? matcher.group(1) : std::string_view();
}

std::string_view auth_via_http(const ReceivedText& line, LineMatcher& matcher) {
  static const LinePattern kVia(R"( \(via (HTTP.?)\)(?: |;|$))", Case::kIgnored);
  if (!line.pairs.may_have(" (via http")) return {};
  return matcher.match(kVia, line.text) ? matcher.group(1) : std::string_view();
}

std::string_view find_auth(const ReceivedText& line, LineMatcher& matcher, Arena& arena) {
  const bool by = line.has(" by ");
  std::string_view auth = by ? auth_protocol(line, matcher) : std::string_view();
  if (!auth.empty()) return auth;
  for (const AuthSign& sign : kAuthSigns) {
    if (!line.has(sign.needs)) continue;
    auth = sign.read(line, matcher, arena);
    if (!auth.empty()) return auth;
  }
  return by ? auth_via_http(line, matcher) : std::string_view();
}

// ---- cleaning what was found

constexpr ByteSet kUnwanted(std::string_view("\t\n\v\f\r \0#[]()<>|", 15));

// Bytes that names do not have become "!".
std::string_view marked(std::string_view text, Arena& arena) {
  if (find_any(text, kUnwanted) == std::string_view::npos) return text;
  const std::span<char> space = arena.take(text.size());
  std::transform(text.begin(), text.end(), space.begin(),
                 [](char c) { return kUnwanted.has(c) ? '!' : c; });
  return {space.data(), space.size()};
}

std::string_view clean_env_from(std::string_view text, Arena& arena) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && text.front() == '<') text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  while (!text.empty() && text.back() == '>') text.remove_suffix(1);
  return marked(text, arena);
}

std::string_view clean_rdns(std::string_view rdns, Arena& arena) {
  while (!rdns.empty() && rdns.back() == '.') rdns.remove_suffix(1);
  if (iequals(rdns, "unknown") || rdns.starts_with('[')) return {};
  return marked(rdns, arena);
}

std::string_view clean_ip(std::string_view ip, Arena& arena) {
  static const LinePattern kZone(R"(%[A-Z0-9._~-]*$)", Case::kIgnored);
  static const LinePattern kMapped(R"(^0*:0*:(?:0*:)*ffff:(\d+\.\d+\.\d+\.\d+)$)", Case::kIgnored);
  if (istarts_with(ip, "ipv6:")) ip.remove_prefix(5);
  if (ip.starts_with('[')) ip.remove_prefix(1);
  if (ip.ends_with(']')) ip.remove_suffix(1);
  if (ip.find(':') != std::string_view::npos) {
    LineMatcher matcher(arena);
    if (ip.find('%') != std::string_view::npos && matcher.match(kZone, ip)) {
      ip = ip.substr(0, ip.size() - matcher.group(0).size());
    }
    if (ip.find('.') != std::string_view::npos && matcher.match(kMapped, ip)) {
      ip = matcher.group(1);
    }
  }
  return marked(ip, arena);
}

void fill_relay(const ReceivedFacts& facts, Arena& arena, Relay& relay) {
  relay.ip = clean_ip(facts.ip, arena);
  relay.rdns = clean_rdns(facts.rdns, arena);
  relay.helo = marked(facts.helo, arena);
  relay.by =
      marked(facts.by.ends_with(';') ? facts.by.substr(0, facts.by.size() - 1) : facts.by, arena);
  relay.ident = marked(facts.ident, arena);
  relay.id = facts.id;
  relay.auth = facts.auth;
  relay.has_env_from = facts.env_from.has_value();
  relay.env_from = facts.env_from ? clean_env_from(*facts.env_from, arena) : std::string_view();
  relay.no_reverse_dns = relay.rdns.empty() && facts.looked_up;
  relay.ip_private = is_private_ip(relay.ip);
}

// ---- trying the forms

// What a list of forms made of the line; nullopt: none fits.
using Tried = std::optional<Outcome>;

Tried try_all(const std::vector<ReceivedFormat>& formats, const ReceivedText& line,
              LineMatcher& matcher, ReceivedFacts& facts) {
  for (const ReceivedFormat& format : formats) {
    if (try_format(format, line, matcher, facts)) return format.outcome;
  }
  return std::nullopt;
}

Tried try_families(const ReceivedText& line, LineMatcher& matcher, ReceivedFacts& facts) {
  for (const ReceivedFamily& family : received_formats().families) {
    if (!line.has(family.needs)) continue;
    if (family.mark && !matcher.match(*family.mark, line.text)) continue;
    return try_all(family.formats, line, matcher, facts);
  }
  return std::nullopt;
}

void guess_helo(const ReceivedText& line, LineMatcher& matcher, ReceivedFacts& facts) {
  static const LinePattern kFirst(R"(^(\S+)[^-A-Za-z0-9\.])");
  if (!is_true(facts.helo) && matcher.match(kFirst, line.text)) facts.helo = matcher.group(1);
}

// `line` is what follows "from ".
Tried try_from(const ReceivedText& line, LineMatcher& matcher, ReceivedFacts& facts) {
  const ReceivedFormats& formats = received_formats();
  find_env_from(line, matcher, facts);
  Tried tried = try_all(formats.webmail, line, matcher, facts);
  if (!tried) tried = try_families(line, matcher, facts);
  if (!tried) tried = try_all(formats.general, line, matcher, facts);
  if (!tried) tried = try_all(formats.skipped, line, matcher, facts);
  if (!tried) guess_helo(line, matcher, facts);
  return tried;
}

bool cut(ReceivedText& line, std::string_view prefix) {
  if (!line.text.starts_with(prefix)) return false;
  line.text.remove_prefix(prefix.size());
  return true;
}

Outcome try_line(ReceivedText line, LineMatcher& matcher, ReceivedFacts& facts) {
  static const LinePattern kIp(R"(\[(\i)\])");
  const ReceivedFormats& formats = received_formats();
  Tried tried;
  if (cut(line, "from ")) {
    tried = try_from(line, matcher, facts);
  } else if (cut(line, "FROM ")) {
    tried = try_all(formats.upper, line, matcher, facts);
  } else if (cut(line, "(from ")) {
    tried = try_all(formats.in_brackets, line, matcher, facts);
  }
  if (tried) return *tried;
  if (facts.ip.empty() && matcher.match(kIp, line.text)) facts.ip = matcher.group(1);
  return !facts.ip.empty() && is_true(facts.by) ? Outcome::kRelay : Outcome::kUnknown;
}

// Lines that tell of no way between hosts.
bool is_void(std::string_view line, LineMatcher& matcher) {
  static const LinePattern kLocal(R"(\bwith local for\b)");
  static const LinePattern kNameless(R"(^from (\S+) by [^\s;]+ ?;)", Case::kIgnored);
  static const LinePattern kAddress(R"(^\[[\d.]+\]$)");
  const bool local = line.find("with local for") != std::string_view::npos;
  if (local && matcher.match(kLocal, line)) return true;
  if (!matcher.match(kNameless, line)) return false;
  const std::string_view name = matcher.group(1);
  return !matcher.match(kAddress, name);
}

}  // namespace

Outcome read_received_line(std::string_view text, LineMatcher& matcher, Arena& arena,
                           Relay& relay) {
  const std::string_view whole = squeeze(text, arena);
  if (!istarts_with(whole, "from ") && !istarts_with(whole, "(from ")) return Outcome::kNoRelay;
  if (is_void(whole, matcher)) return Outcome::kNoRelay;
  const std::string_view plain = with_blank_before_by(without_date(whole), arena);
  const BytePairs pairs(plain);
  const ReceivedText line{plain, pairs};
  ReceivedFacts facts;
  find_id(line, matcher, facts);
  find_helo(line, matcher, facts);
  find_by(line, facts);
  facts.auth = find_auth(line, matcher, arena);
  const Outcome outcome = try_line(line, matcher, facts);
  if (outcome == Outcome::kRelay) fill_relay(facts, arena, relay);
  if (outcome == Outcome::kScanned) {
    relay.has_env_from = facts.env_from.has_value();
    if (facts.env_from) relay.env_from = clean_env_from(*facts.env_from, arena);
  }
  return outcome;
}

}  // namespace sluice::rules
