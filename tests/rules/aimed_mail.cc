#include "tests/rules/aimed_mail.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace sluice::rules::test {
namespace {

using Bytes = std::size_t;

constexpr std::string_view kHead =
    "Received: from a.test (b.test [192.0.2.1]) by c.test with ESMTP id 1;\r\n"
    " Tue, 1 Jul 2025 10:00:00 +0000\r\n"
    "From: \"A\" <a@b.test>\r\nTo: c@d.test\r\nDate: Tue, 1 Jul 2025 10:00:00 +0000\r\n"
    "Message-ID: <1@b.test>\r\nMIME-Version: 1.0\r\n";
constexpr std::string_view kPlain = "Content-Type: text/plain; charset=utf-8\r\n\r\n";
constexpr std::string_view kHtml = "Content-Type: text/html; charset=utf-8\r\n\r\n";

// `start`, then pieces, each between `before` and `after`.
std::string filled(std::string start, Bytes bytes, const Piece& piece, std::string_view before,
                   std::string_view after) {
  start.reserve(bytes + kPatternTextBytesMax);
  while (start.size() < bytes) {
    start += before;
    start += piece();
    start += after;
  }
  return start;
}

std::string plain(Bytes bytes, const Piece& piece, std::string_view before,
                  std::string_view after) {
  return filled(std::string(kHead) + std::string(kPlain), bytes, piece, before, after);
}

std::string html(Bytes bytes, const Piece& piece, std::string_view before, std::string_view after) {
  return filled(std::string(kHead) + std::string(kHtml), bytes, piece, before, after);
}

// Without what would end the line.
std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
  return text;
}

std::string fields(Bytes bytes, const Piece& piece, std::string_view name) {
  const std::string start = std::string(name) + ": ";
  const Piece line = [&piece] { return one_line(piece()); };
  std::string out = filled(std::string(kHead), bytes, line, start, "\r\n");
  return out.append(kPlain).append("body\r\n");
}

std::string long_field(Bytes bytes, const Piece& piece, std::string_view name) {
  const Piece line = [&piece] { return one_line(piece()); };
  std::string out = std::string(kHead);
  while (out.size() < bytes) {
    const Bytes end = std::min(bytes, out.size() + (100U << 10U));
    out = filled(out.append(name).append(": "), end, line, " ", "\r\n").append("\r\n");
  }
  return out.append(kPlain).append("body\r\n");
}

std::string many_kinds_of_fields(Bytes bytes, const Piece& piece) {
  static constexpr std::array kNames = {
      "Subject",    "From",     "To",          "Cc",           "Reply-To",     "Received",
      "Message-ID", "X-Mailer", "X-Spam-Flag", "Content-Type", "Return-Path",  "List-Id",
      "Date",       "Sender",   "User-Agent",  "References",   "Organization", "X-Originating-IP"};
  std::size_t at = 0;
  const Piece line = [&piece, &at] {
    return std::string(kNames[at++ % kNames.size()]) + ": " + one_line(piece());
  };
  std::string out = filled(std::string(kHead), bytes, line, "", "\r\n");
  return out.append(kPlain).append("body\r\n");
}

std::string parts(Bytes bytes, const Piece& piece) {
  const std::string start =
      std::string(kHead) + "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
  const Piece part = [&piece] {
    const std::string name = one_line(piece());
    return "--b\r\nContent-Type: text/plain; name=\"" + name +
           "\"\r\nContent-Disposition: attachment; filename=\"" + name + "\"\r\nContent-ID: <" +
           name + ">\r\n\r\n" + piece() + "\r\n";
  };
  return filled(start, bytes, part, "", "");
}

constexpr std::array kLayouts = {
    Layout{"words", [](Bytes n, const Piece& p) { return plain(n, p, "", " "); }},
    Layout{"one line", [](Bytes n, const Piece& p) { return plain(n, p, "", ""); }},
    Layout{"lines", [](Bytes n, const Piece& p) { return plain(n, p, "", "\r\n"); }},
    Layout{"paragraphs", [](Bytes n, const Piece& p) { return plain(n, p, "", "\r\n\r\n"); }},
    Layout{"HTML", [](Bytes n, const Piece& p) { return html(n, p, "", " "); }},
    Layout{"HTML paragraphs", [](Bytes n, const Piece& p) { return html(n, p, "<p>", "</p>"); }},
    Layout{"links",
           [](Bytes n, const Piece& p) { return html(n, p, "<a href=\"http://", "\">b</a>"); }},
    Layout{
        "anchors",
        [](Bytes n, const Piece& p) { return html(n, p, "<a href=\"http://a.test/\">", "</a>"); }},
    Layout{"paths", [](Bytes n, const Piece& p) { return plain(n, p, "http://a.com/", "\r\n"); }},
    Layout{"hosts", [](Bytes n, const Piece& p) { return plain(n, p, "http://", ".com/ "); }},
    Layout{"styles", [](Bytes n, const Piece& p) { return html(n, p, "<p style=\"", "\">a"); }},
    Layout{"subjects", [](Bytes n, const Piece& p) { return fields(n, p, "Subject"); }},
    Layout{"senders", [](Bytes n, const Piece& p) { return fields(n, p, "From"); }},
    Layout{"recipients", [](Bytes n, const Piece& p) { return fields(n, p, "To"); }},
    Layout{"relays", [](Bytes n, const Piece& p) { return fields(n, p, "Received"); }},
    Layout{"long subjects", [](Bytes n, const Piece& p) { return long_field(n, p, "Subject"); }},
    Layout{"long lists of recipients",
           [](Bytes n, const Piece& p) { return long_field(n, p, "To"); }},
    Layout{"long relays", [](Bytes n, const Piece& p) { return long_field(n, p, "Received"); }},
    Layout{"fields of many names", many_kinds_of_fields},
    Layout{"parts", parts},
};

constexpr std::array<std::string_view, 40> kOddPieces = {"the",
                                                         "free money",
                                                         "a@b.test",
                                                         "http://a.test/b?c=d&e=f",
                                                         "www.example.com",
                                                         "<b>",
                                                         "</b>",
                                                         "<p style='font-size:0px;color:#fff'>",
                                                         "<a href=http://192.0.2.1/x>",
                                                         "<img src=cid:a>",
                                                         "&amp;",
                                                         "&#8203;",
                                                         "\xc3\xa9",
                                                         "\xe2\x80\x8b",
                                                         "\xf0\x9f\x98\x80",
                                                         "\xff",
                                                         "=20",
                                                         "=?utf-8?q?a?=",
                                                         "\t",
                                                         "        ",
                                                         "\r\n",
                                                         "\r\n\r\n",
                                                         "\r\n ",
                                                         "....",
                                                         "----",
                                                         "____",
                                                         "(((",
                                                         ")))",
                                                         "$1,000,000",
                                                         "1234567890",
                                                         "A",
                                                         "AAAAAAAA",
                                                         "aaaaaaaa",
                                                         "0x41",
                                                         "%41%42",
                                                         "<br>",
                                                         "<table><tr><td>",
                                                         "mailto:x@y.com",
                                                         "x.y.z.co.uk",
                                                         "<"};

}  // namespace

std::span<const Layout> layouts() {
  return kLayouts;
}

AimedMail::AimedMail(const RuleTexts& rules) {
  for (const RuleText& rule : rules.rules) {
    if (!rule.has_pattern() || rule.off) continue;
    std::optional<RegexTree> tree = parse_regex(rule.regex);
    if (!tree.has_value()) continue;
    targets_.push_back({.name = rule.name, .field = rule.selector.name, .tree = *std::move(tree)});
  }
}

Piece AimedMail::pieces(std::size_t target, bool same, Random& random) const {
  const RegexTree& tree = targets_[target].tree;
  if (same) {
    std::string text = matching_text(tree, random);
    if (below(random, 2) == 0) text = spoilt(text, random);
    if (text.empty()) text = " ";
    return [text] { return text; };
  }
  return [&tree, &random] {
    std::string text = matching_text(tree, random);
    if (below(random, 3) == 0) text = spoilt(text, random);
    return text.empty() ? std::string(" ") : text;
  };
}

Piece AimedMail::mixed_pieces(Random& random) const {
  std::vector<Piece> sources;
  for (std::size_t i = below(random, 4); i > 0; --i) {
    sources.push_back(pieces(below(random, targets_.size()), below(random, 2) == 0, random));
  }
  for (std::size_t i = 1 + below(random, 4); i > 0; --i) {
    std::string text(kOddPieces[below(random, kOddPieces.size())]);
    sources.push_back([text] { return text; });
  }
  const std::size_t favour = below(random, 4);
  return [sources = std::move(sources), favour, &random] {
    // With favour the first sources are asked more often.
    std::size_t which = below(random, sources.size());
    for (std::size_t i = favour; i > 0; --i) which = std::min(which, below(random, sources.size()));
    return sources[which]();
  };
}

std::string AimedMail::mix(std::size_t bytes, Random& random) const {
  std::string out(kHead);
  const std::size_t header = below(random, 3) * bytes / 4;
  const Piece in_header = mixed_pieces(random);
  while (out.size() < header) {
    const Target& target = targets_[below(random, targets_.size())];
    const bool named = !target.field.empty() && target.field.find(' ') == std::string::npos;
    out += (named ? target.field : "X-A") + ": " + one_line(in_header()) + "\r\n";
  }
  if (below(random, 4) == 0) {
    const Piece piece = mixed_pieces(random);
    return filled(out + std::string(below(random, 2) == 0 ? kPlain : kHtml), bytes, piece, "", "");
  }
  out += "Content-Type: multipart/mixed; boundary=outer\r\n\r\n";
  while (out.size() < bytes) {
    const Piece piece = mixed_pieces(random);
    const Bytes size = std::min(bytes - out.size() + 200, bytes / (1 + below(random, 16)));
    out += "--outer\r\n" + kLayouts[below(random, kLayouts.size())].make(size, piece) + "\r\n";
  }
  return out;
}

}  // namespace sluice::rules::test
