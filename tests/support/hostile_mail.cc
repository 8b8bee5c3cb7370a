#include "tests/support/hostile_mail.h"

#include <array>

namespace sluice::test {
namespace {

constexpr std::string_view kHead = "From: a@b.test\r\nDate: x\r\nSubject: hostile\r\n";
constexpr std::string_view kHtml = "Content-Type: text/html; charset=utf-8\r\n";
constexpr std::string_view kPlain = "Content-Type: text/plain; charset=utf-8\r\n";

// `unit` again and again until `out` has `bytes`.
std::string fill(std::string out, std::string_view unit, std::size_t bytes) {
  out.reserve(bytes + unit.size());
  while (out.size() < bytes) out += unit;
  return out;
}

std::string head(std::string_view more = {}) {
  return std::string(kHead) + std::string(more);
}

std::string body(std::string_view fields, std::string_view start, std::string_view unit,
                 std::size_t bytes) {
  return fill(head(fields) + "\r\n" + std::string(start), unit, bytes);
}

std::string field(std::string_view start, std::string_view unit, std::size_t bytes) {
  return fill(head() + std::string(start), unit, bytes) + "\r\n\r\nbody";
}

std::string html(std::string_view start, std::string_view unit, std::size_t bytes) {
  return body(kHtml, start, unit, bytes);
}

std::string multipart(std::string_view unit, std::size_t bytes) {
  return body("Content-Type: multipart/mixed; boundary=b\r\n", "", unit, bytes);
}

std::string encoded(std::string_view encoding, std::string_view unit, std::size_t bytes) {
  const std::string field = "Content-Transfer-Encoding: " + std::string(encoding) + "\r\n";
  return body(std::string(kPlain) + field, "", unit, bytes);
}

std::string charset(std::string_view name, std::string_view unit, std::size_t bytes) {
  return body("Content-Type: text/plain; charset=" + std::string(name) + "\r\n", "", unit, bytes);
}

// The header of a multipart, `between` where its blank line belongs, and its first delimiter.
std::string delimited_multipart(const std::string& boundary, std::string_view between) {
  std::string out = "Content-Type: multipart/mixed; boundary=" + boundary;
  return out.append("\r\n").append(between).append("\r\n--").append(boundary).append("\r\n");
}

// Nested multiparts whose boundaries are as long as each other, then lines that are almost theirs.
std::string open_boundaries(std::string_view line, std::size_t bytes) {
  std::string out = head();
  for (char a = 'a'; a < 'i'; ++a) {
    for (char b = 'a'; b < 'i'; ++b) {
      out += delimited_multipart({a, b}, "");
    }
  }
  return fill(out + "\r\n", line, bytes);
}

// Nested multiparts without blank lines, and fields up to the end: a reader that looks for each
// header section's end on its own reads everything once a level.
std::string deep_headers(std::size_t bytes) {
  std::string out = head();
  for (int i = 0; i < 64; ++i) {
    out += delimited_multipart("b" + std::to_string(i), "no field");
  }
  return fill(out, "a b: c\r\n", bytes);
}

std::string deep_multiparts(std::size_t bytes) {
  std::string out = head();
  for (std::size_t i = 0; out.size() < bytes; ++i) {
    out += delimited_multipart(std::to_string(i), "");
  }
  return out;
}

std::string parts_with_headers(std::size_t bytes) {
  return multipart("--b\r\nContent-Type: multipart/mixed; boundary=b\r\n" + std::string(2000, 'a'),
                   bytes);
}

std::string nuls(std::size_t bytes) {
  return body(kPlain, "", std::string(64, '\0'), bytes);
}

std::string pieces_2231(std::size_t bytes) {
  std::string out = head("Content-Type: text/plain");
  for (std::size_t i = 0; out.size() < bytes; ++i)
    out += ";\r\n a*" + std::to_string(i % 200) + "*=b";
  return out + "\r\n\r\n";
}

std::string many_2231(std::size_t bytes) {
  std::string part = "--b\r\nContent-Type: text/plain";
  for (int i = 0; i < 128; ++i)
    part += "; a" + std::to_string(i) + "*" + std::to_string(i % 64) + "*=b";
  return multipart(part + "\r\n\r\n", bytes);
}

std::string links_to_long_base(std::size_t bytes) {
  return html("<base href=\"http://a.test/" + fill("", "b/", 8'000) + "\">", "<a href=../>", bytes);
}

using Bytes = std::size_t;

constexpr std::array kHostileMail = {
    HostileMail{"deep multiparts", deep_multiparts},
    HostileMail{"deep headers without end", deep_headers},
    HostileMail{"chain of messages",
                [](Bytes n) { return fill(head(), "Content-Type: message/rfc822\r\n\r\n", n); }},
    HostileMail{"empty parts", [](Bytes n) { return multipart("--b\r\n\r\n", n); }},
    HostileMail{"parts without bodies", parts_with_headers},
    HostileMail{"almost boundaries", [](Bytes n) { return multipart("--bb\r\n", n); }},
    HostileMail{"dashes", [](Bytes n) { return multipart("--\r\n", n); }},
    HostileMail{"one line of dashes", [](Bytes n) { return multipart("-", n); }},
    HostileMail{"64 open boundaries", [](Bytes n) { return open_boundaries("--zz\r\n", n); }},
    HostileMail{"the outermost of 64", [](Bytes n) { return open_boundaries("--hz\r\n", n); }},
    HostileMail{"short lines in a multipart", [](Bytes n) { return multipart("\n", n); }},
    HostileMail{"header fields", [](Bytes n) { return fill(head(), "A: b\r\n", n); }},
    HostileMail{"header fields without a name", [](Bytes n) { return fill(head(), ":\r\n", n); }},
    HostileMail{"subjects", [](Bytes n) { return fill(head(), "Subject: =?utf-8?q?a?=\r\n", n); }},
    HostileMail{"folds", [](Bytes n) { return field("X: a", "\r\n b", n); }},
    HostileMail{"folds of the subject", [](Bytes n) { return field("Subject: a", "\r\n b", n); }},
    HostileMail{"one long field", [](Bytes n) { return field("Subject: ", "a", n); }},
    HostileMail{"addresses", [](Bytes n) { return field("To: ", "a@b.test,", n); }},
    HostileMail{"fields of addresses",
                [](Bytes n) { return fill(head(), "To: a@b.test, c <d@e.test>\r\n", n); }},
    HostileMail{"open comments", [](Bytes n) { return field("To: ", "(", n); }},
    HostileMail{"fields of open comments",
                [](Bytes n) { return fill(head(), "To: ((((((((((((((((((((((((((\r\n", n); }},
    HostileMail{"quotes", [](Bytes n) { return field("To: ", "\"\\", n); }},
    HostileMail{"angles", [](Bytes n) { return field("To: ", "<", n); }},
    HostileMail{"ats", [](Bytes n) { return field("To: ", "a@", n); }},
    HostileMail{"parameters", [](Bytes n) { return field("Content-Type: a/b", ";a=b", n); }},
    HostileMail{"semicolons", [](Bytes n) { return field("Content-Type: a/b", ";", n); }},
    HostileMail{"pieces of a parameter", pieces_2231},
    HostileMail{"parts with pieces of parameters", many_2231},
    HostileMail{"open encoded words", [](Bytes n) { return field("Subject: ", "=?", n); }},
    HostileMail{"encoded words without end",
                [](Bytes n) { return field("Subject: ", "=?a?q?b", n); }},
    HostileMail{"encoded words",
                [](Bytes n) { return field("Subject: ", "=?utf-8?b?w6k=?= ", n); }},
    HostileMail{
        "encoded words of two charsets",
        [](Bytes n) { return field("Subject: ", "=?koi8-r?q?=C1?= =?gb2312?q?=C4=E3?= ", n); }},
    HostileMail{
        "base64",
        [](Bytes n) { return encoded("base64", "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXo=\r\n", n); }},
    HostileMail{"base64 of junk", [](Bytes n) { return encoded("base64", "!", n); }},
    HostileMail{"base64 of padding", [](Bytes n) { return encoded("base64", "=", n); }},
    HostileMail{"base64 of blanks", [](Bytes n) { return encoded("base64", "a ", n); }},
    HostileMail{"quoted-printable of escapes",
                [](Bytes n) { return encoded("quoted-printable", "=C3=A9", n); }},
    HostileMail{"quoted-printable of equals",
                [](Bytes n) { return encoded("quoted-printable", "=", n); }},
    HostileMail{"quoted-printable of soft breaks",
                [](Bytes n) { return encoded("quoted-printable", "=\r\n", n); }},
    HostileMail{"quoted-printable of blanks",
                [](Bytes n) { return encoded("quoted-printable", " ", n); }},
    HostileMail{"bad UTF-8", [](Bytes n) { return body(kPlain, "", "\xff", n); }},
    HostileMail{"alternating UTF-8", [](Bytes n) { return body(kPlain, "", "a\xc3\xa9", n); }},
    HostileMail{"latin1", [](Bytes n) { return charset("iso-8859-1", "\xe9", n); }},
    HostileMail{"gb18030", [](Bytes n) { return charset("gb18030", "\xc4\xe3", n); }},
    HostileMail{"bad gb18030", [](Bytes n) { return charset("gb18030", "\xff", n); }},
    HostileMail{"utf-7", [](Bytes n) { return charset("utf-7", "+AGE-", n); }},
    HostileMail{"iso-2022-jp", [](Bytes n) { return charset("iso-2022-jp", "\x1b$B\x1b(B", n); }},
    HostileMail{"nuls", nuls},
    HostileMail{"blanks", [](Bytes n) { return body(kPlain, "", " ", n); }},
    HostileMail{"lines of one byte", [](Bytes n) { return body(kPlain, "", "a\n", n); }},
    HostileMail{"carriage returns", [](Bytes n) { return fill(head(), "\r", n); }},
    HostileMail{"line feeds", [](Bytes n) { return body(kPlain, "", "\n", n); }},
    HostileMail{"URLs", [](Bytes n) { return body(kPlain, "", "http://a.test/b ", n); }},
    HostileMail{"one long URL", [](Bytes n) { return body(kPlain, "http://a.test/", "b", n); }},
    HostileMail{"dotted hosts", [](Bytes n) { return body(kPlain, "", "a.", n); }},
    HostileMail{"ats in text", [](Bytes n) { return body(kPlain, "", "@", n); }},
    HostileMail{"colons", [](Bytes n) { return body(kPlain, "", "http://", n); }},
    HostileMail{"URLs with letters for IDNA",
                [](Bytes n) { return body(kPlain, "", "http://\xc3\xa9.test ", n); }},
    HostileMail{"hosts with a known end", [](Bytes n) { return body(kPlain, "", "a.com/ ", n); }},
    HostileMail{"less-than signs", [](Bytes n) { return html("", "<", n); }},
    HostileMail{"tags without end", [](Bytes n) { return html("", "<a ", n); }},
    HostileMail{"open elements", [](Bytes n) { return html("", "<div>", n); }},
    HostileMail{"open elements of two kinds", [](Bytes n) { return html("", "<b><p>", n); }},
    HostileMail{"closing tags", [](Bytes n) { return html("<div><div><div>", "</b>", n); }},
    HostileMail{"hidden elements", [](Bytes n) { return html("", "<p style=display:none>", n); }},
    HostileMail{"comments", [](Bytes n) { return html("", "<!--", n); }},
    HostileMail{"comment ends", [](Bytes n) { return html("<!--", "--!", n); }},
    HostileMail{"comments with a bang", [](Bytes n) { return html("", "<!----!>", n); }},
    HostileMail{"scripts", [](Bytes n) { return html("", "<script>", n); }},
    HostileMail{"script ends", [](Bytes n) { return html("<script>", "</scrip", n); }},
    HostileMail{"style sheets", [](Bytes n) { return html("<style>", "/*", n); }},
    HostileMail{"comments in a style", [](Bytes n) { return html("<p style='", "/*", n); }},
    HostileMail{"declarations in a style", [](Bytes n) { return html("<p style='", "color:", n); }},
    HostileMail{"ampersands", [](Bytes n) { return html("", "&", n); }},
    HostileMail{"entities", [](Bytes n) { return html("", "&amp", n); }},
    HostileMail{"numeric entities", [](Bytes n) { return html("", "&#0000000000", n); }},
    HostileMail{"attributes", [](Bytes n) { return html("<a ", "b=c ", n); }},
    HostileMail{"quotes in a tag", [](Bytes n) { return html("<a ", "\"", n); }},
    HostileMail{"one long attribute", [](Bytes n) { return html("<a href=\"", "b", n); }},
    HostileMail{"links", [](Bytes n) { return html("", "<a href=http://a.test/>b</a>", n); }},
    HostileMail{"links to data", [](Bytes n) { return html("", "<a href=data:,a>", n); }},
    HostileMail{"links to a long base", links_to_long_base},
    HostileMail{"links that show another host",
                [](Bytes n) { return html("", "<a href=//\xc3\xa9.com>b.com</a>", n); }},
    HostileMail{"links with escapes", [](Bytes n) { return html("<a href=\"http://", "%2e", n); }},
    HostileMail{"links with dots",
                [](Bytes n) { return html("<a href=\"http://a.test/", "../a/", n); }},
};

}  // namespace

std::span<const HostileMail> hostile_mail() {
  return kHostileMail;
}

}  // namespace sluice::test
