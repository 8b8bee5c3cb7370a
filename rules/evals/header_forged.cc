#include <array>
#include <string>

#include <re2/re2.h>

#include "base/text.h"
#include "rules/evals/families.h"
#include "rules/evals/header_eval.h"
#include "rules/evals/ip_pattern.h"
#include "rules/mail/ip_text.h"

namespace sluice::rules {

namespace {

bool found(const RE2& pattern, std::string_view text) {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), pattern);
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool is_word_byte(char c) {
  return is_alnum(c) || c == '_';
}

// Whether the author's first address ends with `domain`, which no letter stands before.
bool is_author_of(Mail& mail, std::string_view domain) {
  const std::string_view from = first_address(mail, "From");
  if (from.size() < domain.size()) return false;
  const std::size_t at = from.size() - domain.size();
  return iequals(from.substr(at), domain) && (at == 0 || !is_word_byte(from[at - 1]));
}

std::string_view squeeze(std::string_view text, Arena& arena) {
  const std::span<char> out = arena.take(text.size());
  std::size_t size = 0;
  bool blank = false;
  for (const char c : text) {
    if (!is_space(c)) {
      out[size++] = c;
    } else if (!blank) {
      out[size++] = ' ';
    }
    blank = is_space(c);
  }
  arena.trim(out, size);
  return {out.data(), size};
}

// The Received fields, each run of blanks one space.
std::string_view squeezed_received(EvalContext& context) {
  std::optional<std::string_view>& squeezed = context.state.header.squeezed_received;
  if (!squeezed) squeezed = squeeze(text_of(context.mail, "Received"), context.mail.arena());
  return *squeezed;
}

// ---- lists that remove Received fields

bool is_ezmlm(Mail& mail) {
  static const RE2 kContact(R"((?m)^contact \S+@\S+; run by ezmlm$)", RE2::Latin1);
  static const RE2 kList(R"((?m)^mailing list \S+@\S+)", RE2::Latin1);
  static const RE2 kQmail(R"(qmail \d+ invoked (?:from network|by .{3,20})\); \d+ ... \d+)",
                          RE2::Latin1);
  const auto list = mail.get("Mailing-List", "");
  if (!list || !found(kContact, *list)) return false;
  return found(kList, text_of(mail, "Delivered-To")) && found(kQmail, text_of(mail, "Received"));
}

bool read_gated(Mail& mail) {
  static const RE2 kMsn(R"(from groups\.msn\.com \(\S+\.msn\.com )", RE2::Latin1);
  const auto received = mail.get("Received", "");
  if (!received) return true;
  if (contains(*received, "from groups.msn.com (") && found(kMsn, *received)) return true;
  return is_ezmlm(mail);
}

bool is_gated(EvalContext& context) {
  std::optional<bool>& gated = context.state.header.gated;
  if (!gated) gated = read_gated(context.mail);
  return *gated;
}

int gated_through_received_hdr_remover(EvalContext& context) {
  return is_gated(context) ? 1 : 0;
}

// ---- AOL

int check_for_fake_aol_relay_in_rcvd(EvalContext& context) {
  static const RE2 kRelay(R"((?i) rly-[a-z][a-z]\d\d\.)", RE2::Latin1);
  static const RE2 kReal(R"(/AOL-\d+\.\d+\.\d+\)|ESMTP id (?:RELAY|MAILRELAY|MAILIN))",
                         RE2::Latin1);
  if (ifind(text_of(context.mail, "Received"), "rly-") == std::string_view::npos) return 0;
  const std::string_view received = squeezed_received(context);
  return found(kRelay, received) && !found(kReal, received) ? 1 : 0;
}

// ---- Hotmail

// The name before "@groups.msn.com" in To, or "".
std::string_view msn_group(Mail& mail) {
  static const RE2 kGroup(R"((?i)<(\S+)@groups\.msn\.com>)", RE2::Latin1);
  const std::string_view to = text_of(mail, "To");
  re2::StringPiece name;
  if (!RE2::PartialMatch(re2::StringPiece(to.data(), to.size()), kGroup, &name)) return {};
  return {name.data(), name.size()};
}

bool is_msn_notification(std::string_view message_id, std::string_view server) {
  if (!message_id.starts_with('<')) return false;
  const std::size_t at = message_id.find(std::string("@").append(server));
  return at != std::string_view::npos && at > 1 &&
         message_id.substr(0, at).find_first_of(" \t\n") == std::string_view::npos;
}

// "<LIST-...@groups.msn.com>", and the sender LIST-bounce.
bool is_msn_group_mail(Mail& mail, std::string_view list) {
  const std::string name(list);
  std::string_view id = text_of(mail, "Message-Id");
  if (!id.starts_with("<" + name + "-")) return false;
  id.remove_prefix(name.size() + 2);
  const std::size_t at = id.find("@groups.msn.com>", 1);
  return at != std::string_view::npos &&
         id.substr(0, at).find_first_of(" \t\n") == std::string_view::npos &&
         contains(first_address(mail, "EnvelopeFrom"), name + "-bounce@groups.msn.com");
}

bool is_from_msn_group(Mail& mail) {
  static const RE2 kPickup(R"(from mail pickup service by (p\d\d\.groups\.msn\.com)\b)",
                           RE2::Latin1);
  const std::string_view list = msn_group(mail);
  if (list.empty()) return false;
  const std::string_view received = text_of(mail, "Received");
  re2::StringPiece server;
  if (!RE2::PartialMatch(re2::StringPiece(received.data(), received.size()), kPickup, &server)) {
    return false;
  }
  if (list == "notifications") {
    return is_msn_notification(text_of(mail, "Message-Id"), {server.data(), server.size()});
  }
  return is_msn_group_mail(mail, list);
}

int check_for_msn_groups_headers(EvalContext& context) {
  return is_from_msn_group(context.mail) ? 1 : 0;
}

bool has_hotmail_outlook_trail(std::string_view received) {
  static const RE2 kOutlook(
      R"(from \S*\.outbound\.protection\.outlook\.com \(\S+\.outbound\.protection\.outlook\.com[ \)])"
      R"(|from \S*\.(?:eur|nam)prd\d+\.prod\.outlook\.com \()" +
          delimited_ip_pattern() + R"(\))",
      RE2::Latin1);
  return found(kOutlook, received);
}

bool has_hotmail_trail(std::string_view received) {
  static const RE2 kHotmail(R"(from (?:\S*\.)?hotmail.com \(\S+\.hotmail(?:\.msn)?\.com[ \)])"
                            R"(|from \S*\.hotmail.com \(\[)" +
                                delimited_ip_pattern() +
                                R"(\][ \):])"
                                R"(|from \S+ by \S+\.hotmail(?:\.msn)?\.com with HTTP;)"
                                R"(|from \[66\.218.\S+\] by \S+\.yahoo\.com)",
                            RE2::Latin1);
  return found(kHotmail, received);
}

bool is_genuine_hotmail(EvalContext& context, std::string_view received) {
  Mail& mail = context.mail;
  if (contains(received, "from mail pickup service by hotmail.com with Microsoft SMTPSVC;")) {
    return true;
  }
  if (is_from_msn_group(mail) || is_gated(context)) return true;
  const auto ip = mail.get("X-Originating-Ip", "");
  if (ip && !find_ip(*ip).empty() && has_hotmail_trail(received)) return true;
  const auto organisation = mail.get("X-OriginatorOrg", "");
  const bool outlook = organisation && (contains(*organisation, "hotmail.com") ||
                                        contains(*organisation, "msonline-outlook"));
  return outlook && has_hotmail_outlook_trail(received);
}

void read_hotmail(EvalContext& context, HeaderEvalState& state) {
  static const RE2 kHelo(R"((?:from |HELO |helo=)\S*hotmail\.com\b)", RE2::Latin1);
  state.forged_hotmail = state.no_hotmail = false;
  const bool named = contains(text_of(context.mail, "Received"), "hotmail.com");
  const bool author = is_author_of(context.mail, "hotmail.com");
  if (!named && !author) return;
  const std::string_view received = squeezed_received(context);
  const bool helo = named && found(kHelo, received);
  if ((!helo && !author) || is_genuine_hotmail(context, received)) return;
  state.forged_hotmail = helo;
  state.no_hotmail = !helo;
}

int check_for_forged_hotmail_received_headers(EvalContext& context) {
  HeaderEvalState& state = context.state.header;
  if (!state.forged_hotmail) read_hotmail(context, state);
  return *state.forged_hotmail ? 1 : 0;
}

int check_for_no_hotmail_received_headers(EvalContext& context) {
  HeaderEvalState& state = context.state.header;
  if (!state.no_hotmail) read_hotmail(context, state);
  return *state.no_hotmail ? 1 : 0;
}

// ---- Eudoramail

int check_for_forged_eudoramail_received_headers(EvalContext& context) {
  static const RE2 kReal(R"(by \S*whowhere.com;)", RE2::Latin1);
  if (!is_author_of(context.mail, "eudoramail.com") || is_gated(context)) return 0;
  const auto ip = context.mail.get("X-Sender-Ip", "");
  return ip && !find_ip(*ip).empty() && found(kReal, squeezed_received(context)) ? 0 : 1;
}

// ---- Yahoo

bool is_yahoo_relay(Mail& mail) {
  static const RE2 kAny(R"( rdns=\S+\.yahoo\.com )", RE2::Latin1);
  static const RE2 kFirst(R"(^[^\]]+ rdns=\S+\.yahoo\.com )", RE2::Latin1);
  return found(kAny, text_of(mail, "X-Spam-Relays-Trusted")) ||
         found(kFirst, text_of(mail, "X-Spam-Relays-Untrusted"));
}

bool has_yahoo_trail(std::string_view received) {
  static const RE2 kReal(
      R"(by web\S+\.mail\S*\.yahoo\.com via HTTP)"
      R"(|by sonic\S+\.consmr\.mail\S*\.yahoo\.com with HTTP)"
      R"(|by smtp\S+\.yahoo\.com with SMTP)"
      R"(|by \w+\.\w+\.yahoo\.com \(\d+\.\d+\.\d+/\d+\.\d+\.\d+\)(?: with ESMTP)? id \w+)"
      R"(|from \[)" +
          delimited_ip_pattern() + R"(\] by \S+\.(?:groups|scd|dcn)\.yahoo\.com with NNFMP)",
      RE2::Latin1);
  return found(kReal, received);
}

bool is_yahoo_news(Mail& mail, std::string_view received) {
  static const RE2 kBulk(R"(\bmailer\d+\.bulk\.scd\.yahoo\.com\b)", RE2::Latin1);
  const std::string_view from = first_address(mail, "From");
  constexpr std::string_view kReply = "@reply.yahoo.com";
  return from.size() >= kReply.size() &&
         iequals(from.substr(from.size() - kReply.size()), kReply) && found(kBulk, received);
}

// The Received fields; of mail that was sent on, those of the first way.
std::string_view first_way(EvalContext& context) {
  Mail& mail = context.mail;
  if (!text_of(mail, "Resent-From").empty() && !text_of(mail, "Resent-To").empty()) {
    const std::string_view before = text_of(mail, "X-Received");
    if (!before.empty()) return squeeze(before, mail.arena());
  }
  return squeezed_received(context);
}

int check_for_forged_yahoo_received_headers(EvalContext& context) {
  Mail& mail = context.mail;
  if (!is_author_of(mail, "yahoo.com") || is_gated(context) || is_yahoo_relay(mail)) return 0;
  const std::string_view received = first_way(context);
  return has_yahoo_trail(received) || is_yahoo_news(mail, received) ? 0 : 1;
}

// ---- Juno

bool is_new_juno(std::string_view received, std::string_view mailer) {
  static const RE2 kRelay(R"(from.*\b(?:juno|untd)\.com.*[\[\(])" + delimited_ip_pattern() +
                              R"([\]\)].*by| cookie\.(?:juno|untd)\.com )",
                          RE2::Latin1);
  return found(kRelay, received) && contains(mailer, "Juno ");
}

int check_for_forged_juno_received_headers(EvalContext& context) {
  Mail& mail = context.mail;
  if (!is_author_of(mail, "juno.com") || is_gated(context)) return 0;
  const std::string_view received = text_of(mail, "Received");
  const std::string_view mailer = text_of(mail, "X-Mailer");
  if (!text_of(mail, "X-Originating-IP").empty()) return is_new_juno(received, mailer) ? 0 : 1;
  return 1;  // the original asks for an address in X-Originating-IP where it is not there
}

// ---- Gmail

int check_for_forged_gmail_received_headers(EvalContext& context) {
  static const RE2 kInternal(R"(by (?:10\.\S+|2002:a\d\d:\w+:\S+) with SMTP id \S)", RE2::Latin1);
  static const RE2 kSubmitted(R"(by smtp\.googlemail\.com with ESMTPSA id \S)", RE2::Latin1);
  constexpr std::size_t kTokenBytesMin = 60;
  Mail& mail = context.mail;
  if (!is_author_of(mail, "gmail.com")) return 0;
  if (found(kInternal, text_of(mail, "X-Received"))) return 0;
  if (found(kSubmitted, text_of(mail, "Received"))) return 0;
  const bool signed_by_google = text_of(mail, "X-Gm-Message-State").size() >= kTokenBytesMin &&
                                text_of(mail, "X-Google-Smtp-Source").size() >= kTokenBytesMin;
  return signed_by_google ? 0 : 1;
}

// ---- a worm of 2001

int check_for_forged_gw05_received_headers(EvalContext& context) {
  static const RE2 kGateway(
      R"(\nfrom\s(\S+)\sby\s(\S+)\swith\sESMTP;\s+\S\S\S,\s+\d+\s+\S\S\S\s+\d{4}\s+)"
      R"(\d\d:\d\d:\d\d\s+[-+]*\d{4}\n\n?\z)",
      RE2::Latin1);
  const std::string_view received = text_of(context.mail, "Received");
  if (!contains(received, "with ESMTP;")) return 0;
  re2::StringPiece from;
  re2::StringPiece by;
  const bool matched =
      RE2::PartialMatch(re2::StringPiece(received.data(), received.size()), kGateway, &from, &by);
  return matched && by.find('.') == re2::StringPiece::npos ? 1 : 0;
}

int check_messageid_not_usable(EvalContext& context) {
  static const RE2 kLeave(R"((?i)<mailto:(?:leave-\S+|\S+-unsubscribe)@\S+>\n?\z)", RE2::Latin1);
  if (found(kLeave, text_of(context.mail, "List-Unsubscribe")) || is_gated(context)) return 1;
  const std::string_view received = text_of(context.mail, "Received");
  return contains(received, "/CWT/DCE)") || contains(received, "iPlanet Messaging Server") ? 1 : 0;
}

constexpr EvalEntry entry(std::string_view name, std::string_view meaning,
                          int (*run)(EvalContext& context)) {
  return {.name = name, .plugin = "HeaderEval", .meaning = meaning, .run = run, .arguments_max = 0};
}

constexpr std::array kEntries = {
    entry("check_for_fake_aol_relay_in_rcvd", "a relay of AOL that AOL did not write",
          check_for_fake_aol_relay_in_rcvd),
    entry("check_for_forged_eudoramail_received_headers",
          "an author at Eudoramail without its Received fields",
          check_for_forged_eudoramail_received_headers),
    entry("check_for_forged_gmail_received_headers",
          "an author at Gmail without the fields that Gmail adds",
          check_for_forged_gmail_received_headers),
    entry("check_for_forged_gw05_received_headers", "the oldest Received field is a worm's",
          check_for_forged_gw05_received_headers),
    entry("check_for_forged_hotmail_received_headers", "a relay that says it is Hotmail's",
          check_for_forged_hotmail_received_headers),
    entry("check_for_forged_juno_received_headers", "an author at Juno without its Received fields",
          check_for_forged_juno_received_headers),
    entry("check_for_forged_yahoo_received_headers",
          "an author at Yahoo without its Received fields",
          check_for_forged_yahoo_received_headers),
    entry("check_for_msn_groups_headers", "mail of a group at MSN", check_for_msn_groups_headers),
    entry("check_for_no_hotmail_received_headers",
          "an author at Hotmail without its Received fields",
          check_for_no_hotmail_received_headers),
    entry("check_messageid_not_usable", "a list or gateway rewrote the Message-Id",
          check_messageid_not_usable),
    entry("gated_through_received_hdr_remover", "a list removed Received fields",
          gated_through_received_hdr_remover),
};

}  // namespace

std::span<const EvalEntry> header_forged_evals() {
  return kEntries;
}

}  // namespace sluice::rules
