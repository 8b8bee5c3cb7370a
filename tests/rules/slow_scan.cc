#include "tests/rules/slow_scan.h"

#include <cstddef>
#include <memory>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <gtest/gtest.h>
#include <pcre2.h>

#include "base/arena.h"
#include "base/text.h"

namespace sluice::rules::test {
namespace {

struct FreePcre2 {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }

  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};

PCRE2_SPTR bytes_of(const std::string& text) {
  return reinterpret_cast<PCRE2_SPTR>(text.data());
}

std::unique_ptr<pcre2_code, FreePcre2> compile(const RegexText& regex) {
  uint32_t options = 0;
  if (regex.caseless) options |= PCRE2_CASELESS;
  if (regex.multiline) options |= PCRE2_MULTILINE;
  if (regex.dotall) options |= PCRE2_DOTALL;
  if (regex.extended) options |= PCRE2_EXTENDED;
  int error = 0;
  PCRE2_SIZE offset = 0;
  return std::unique_ptr<pcre2_code, FreePcre2>(pcre2_compile(
      bytes_of(regex.pattern), regex.pattern.size(), options, &error, &offset, nullptr));
}

uint32_t count_in(const pcre2_code* code, const std::string& unit, uint32_t count_max,
                  bool& gave_up) {
  const std::unique_ptr<pcre2_match_data, FreePcre2> data(
      pcre2_match_data_create_from_pattern(code, nullptr));
  uint32_t count = 0;
  std::size_t at = 0;
  while (count < count_max && at <= unit.size()) {
    const int found = pcre2_match(code, bytes_of(unit), unit.size(), at, 0, data.get(), nullptr);
    if (found < 0) {
      gave_up = gave_up || found != PCRE2_ERROR_NOMATCH;
      break;
    }
    ++count;
    const PCRE2_SIZE* span = pcre2_get_ovector_pointer(data.get());
    at = span[1] > span[0] ? span[1] : span[1] + 1;
  }
  return count;
}

std::vector<std::string> lines_of(std::string_view text, bool with_newline) {
  std::vector<std::string> out;
  std::string line;
  for (const char c : text) {
    if (c != '\n') {
      line += c;
      continue;
    }
    if (with_newline) line += c;
    out.push_back(line);
    line.clear();
  }
  if (!line.empty()) out.push_back(line);
  return out;
}

std::vector<std::string> chunks_of(std::string_view text) {
  std::vector<std::string> out;
  std::string chunk;
  for (const std::string& line : lines_of(text, true)) {
    chunk += line;
    if (chunk.size() >= 2048 && chunk.back() == '\n') {
      out.push_back(chunk);
      chunk.clear();
    }
  }
  if (!chunk.empty()) out.push_back(chunk);
  return out;
}

std::string header_text(const RuleText& rule, const ScanInput& input) {
  Arena arena;
  std::string out;
  bool there = false;
  for (const mime::HeaderField& field : input.message.header().fields) {
    if (!iequals(field.name, rule.selector.name)) continue;
    there = true;
    out += std::string(mime::field_text(field, arena)) + "\n";
  }
  return there ? out : rule.if_unset;
}

}  // namespace

std::vector<std::string> slow_units(const RuleText& rule, const ScanInput& input) {
  const mime::Message& message = input.message;
  std::vector<std::string> out;
  switch (rule.kind) {
    case RuleKind::kBody:
      return lines_of(message.body, true);
    case RuleKind::kFull:
      return {std::string(message.raw)};
    case RuleKind::kHeader:
      return {header_text(rule, input)};
    case RuleKind::kUri:
      for (const mime::Url& url : message.urls) {
        out.emplace_back(url.written);
        if (url.canonical != url.written) out.emplace_back(url.canonical);
      }
      return out;
    case RuleKind::kRawBody:
      for (const mime::Part& part : message.parts) {
        for (std::string& chunk : chunks_of(part.text)) out.push_back(std::move(chunk));
      }
      return out;
    default:
      ADD_FAILURE() << "a rule without a pattern";
  }
  return out;
}

uint32_t slow_count(const RuleText& rule, const ScanInput& input, bool& gave_up) {
  const auto code = compile(rule.regex);
  if (code == nullptr) {
    ADD_FAILURE() << rule.name << " does not compile";
    return 0;
  }
  const uint32_t count_max = rule.multiple && !rule.negated ? rule.maxhits : 1;
  uint32_t count = 0;
  for (const std::string& unit : slow_units(rule, input)) {
    count += count_in(code.get(), unit, count_max - count, gave_up);
    if (count >= count_max) break;
  }
  if (rule.negated) return count == 0 ? 1 : 0;
  return count;
}

}  // namespace sluice::rules::test
