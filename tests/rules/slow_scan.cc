#include "tests/rules/slow_scan.h"

#include <cstddef>
#include <memory>

#define PCRE2_CODE_UNIT_WIDTH 32
#include <gtest/gtest.h>
#include <pcre2.h>

#include "rules/mail/mime_header.h"

namespace sluice::rules::test {
namespace {

// PCRE2 with characters of 32 bits, a byte each: its 8-bit library takes no pattern beyond 64 KiB
// of code.
struct FreePcre2 {
  void operator()(pcre2_code_32* code) const { pcre2_code_free_32(code); }

  void operator()(pcre2_match_data_32* data) const { pcre2_match_data_free_32(data); }
};

std::vector<uint32_t> wide(const std::string& text) {
  std::vector<uint32_t> out;
  for (const char c : text) out.push_back(static_cast<unsigned char>(c));
  out.push_back(0);  // so that there is something to point to
  return out;
}

std::unique_ptr<pcre2_code_32, FreePcre2> compile(const RegexText& regex) {
  uint32_t options = 0;
  if (regex.caseless) options |= PCRE2_CASELESS;
  if (regex.multiline) options |= PCRE2_MULTILINE;
  if (regex.dotall) options |= PCRE2_DOTALL;
  if (regex.extended) options |= PCRE2_EXTENDED;
  int error = 0;
  PCRE2_SIZE offset = 0;
  return std::unique_ptr<pcre2_code_32, FreePcre2>(pcre2_compile_32(
      wide(regex.pattern).data(), regex.pattern.size(), options, &error, &offset, nullptr));
}

uint32_t count_in(const pcre2_code_32* code, const std::string& unit, uint32_t count_max,
                  bool& gave_up) {
  const std::unique_ptr<pcre2_match_data_32, FreePcre2> data(
      pcre2_match_data_create_from_pattern_32(code, nullptr));
  const std::vector<uint32_t> text = wide(unit);
  uint32_t count = 0;
  std::size_t at = 0;
  while (count < count_max && at <= unit.size()) {
    const int found = pcre2_match_32(code, text.data(), unit.size(), at, 0, data.get(), nullptr);
    if (found < 0) {
      gave_up = gave_up || found != PCRE2_ERROR_NOMATCH;
      break;
    }
    ++count;
    const PCRE2_SIZE* span = pcre2_get_ovector_pointer_32(data.get());
    at = span[1] > span[0] ? span[1] : span[1] + 1;
  }
  return count;
}

void append(const TextUnits& units, std::vector<std::string>& out) {
  for (std::size_t i = 0; i < units.units.size(); ++i) out.emplace_back(units.text(i));
}

std::vector<std::string> mime_units(const RuleText& rule, Mail& mail) {
  MimeHeaderRequest request = mime_header_request(rule.selector.name, rule.parts);
  request.raw = rule.selector.forms == ":raw";
  request.if_unset = rule.if_unset;
  std::vector<std::string> out;
  append(mime_header(mail, request), out);
  return out;
}

// The field's text, or what stands for one that is not there.
std::vector<std::string> header_units(const RuleText& rule, Mail& mail) {
  const auto text = mail.get(rule.selector.name, rule.selector.forms);
  return {text.has_value() ? std::string(*text) : rule.if_unset};
}

std::vector<std::string> given_units(const RuleText& rule, const GivenTexts& given, Mail& mail) {
  if (rule.kind == RuleKind::kFull) return {given.full};
  if (rule.kind == RuleKind::kRawBody) return given.rawbody;
  if (rule.kind == RuleKind::kUri) return given.uris;
  std::vector<std::string> out = {std::string(mail.last_field("Subject").value_or("\n"))};
  out.insert(out.end(), given.body.begin(), given.body.end());
  return out;
}

std::vector<std::string> own_units(const RuleText& rule, Mail& mail) {
  std::vector<std::string> out;
  if (rule.kind == RuleKind::kFull) out.emplace_back(mail.pristine());
  if (rule.kind == RuleKind::kBody) append(mail.body(), out);
  if (rule.kind == RuleKind::kRawBody) append(mail.rawbody(), out);
  if (rule.kind == RuleKind::kUri) {
    for (const std::string_view uri : mail.uri_texts()) out.emplace_back(uri);
  }
  return out;
}

}  // namespace

std::vector<std::string> slow_units(const RuleText& rule, const GivenTexts* given, Mail& mail) {
  EXPECT_TRUE(rule.has_pattern()) << rule.name;
  if (rule.kind == RuleKind::kHeader) return header_units(rule, mail);
  if (rule.kind == RuleKind::kMimeHeader) return mime_units(rule, mail);
  std::vector<std::string> out =
      given != nullptr ? given_units(rule, *given, mail) : own_units(rule, mail);
  if (rule.kind == RuleKind::kBody && rule.nosubject && !out.empty()) out.erase(out.begin());
  return out;
}

uint32_t slow_count(const RuleText& rule, const GivenTexts* given, Mail& mail, bool& gave_up) {
  const auto code = compile(rule.regex);
  if (code == nullptr) {
    ADD_FAILURE() << rule.name << " does not compile";
    return 0;
  }
  const uint32_t count_max = rule.multiple && !rule.negated ? rule.maxhits : 1;
  uint32_t count = 0;
  for (const std::string& unit : slow_units(rule, given, mail)) {
    count += count_in(code.get(), unit, count_max - count, gave_up);
    if (count >= count_max) break;
    if (count > 0 && rule.kind == RuleKind::kMimeHeader) break;
  }
  if (rule.negated) return count == 0 ? 1 : 0;
  return count;
}

}  // namespace sluice::rules::test
