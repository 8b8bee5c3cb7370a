#include "rules/mail/ip_text.h"

#include "base/text.h"

namespace sluice::rules {
namespace {

// Longer runs of digits and colons than any address has.
constexpr std::size_t kRunMax = 48;
constexpr std::string_view kPrefix = "ipv6:";

bool is_hex(char c) {
  return hex_value(c) >= 0;
}

bool is_word(char c) {
  return is_alnum(c) || c == '_';
}

bool in_run(char c) {
  return is_hex(c) || c == ':';
}

// The digits and colons from `at` on; empty if they are too many.
std::string_view run_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && in_run(text[end])) {
    if (++end - at > kRunMax) return {};
  }
  return text.substr(at, end - at);
}

// The length of "0" to "255" at `at`, without leading zeros; 0: none.
std::size_t octet_length(std::string_view text, std::size_t at) {
  std::size_t end = at;
  int value = 0;
  while (end < text.size() && is_digit(text[end]) && end - at < 4) {
    value = value * 10 + (text[end++] - '0');
  }
  const std::size_t length = end - at;
  if (length == 0 || length > 3 || value > 255) return 0;
  return length > 1 && text[at] == '0' ? 0 : length;
}

std::size_t dotted_length(std::string_view text, std::size_t at) {
  std::size_t end = at;
  for (int i = 0; i < 4; ++i) {
    if (i > 0) {
      if (end >= text.size() || text[end] != '.') return 0;
      ++end;
    }
    const std::size_t octet = octet_length(text, end);
    if (octet == 0) return 0;
    end += octet;
  }
  return end - at;
}

// "a:b::c": how many groups stand before "::" and after it.
struct Shape {
  bool valid = false;
  bool elided = false;
  int before = 0;
  int after = 0;
};

bool is_group(std::string_view digits) {
  return !digits.empty() && digits.size() <= 4;
}

// Counts groups separated by single colons; -1: something else.
int count_groups(std::string_view text) {
  if (text.empty()) return 0;
  int groups = 0;
  while (true) {
    const std::size_t colon = text.find(':');
    if (!is_group(text.substr(0, colon))) return -1;
    ++groups;
    if (colon == std::string_view::npos) return groups;
    text.remove_prefix(colon + 1);
  }
}

Shape shape_of(std::string_view run) {
  const std::size_t gap = run.find("::");
  Shape shape{.elided = gap != std::string_view::npos};
  shape.before = count_groups(run.substr(0, gap));
  if (shape.elided) shape.after = count_groups(run.substr(gap + 2));
  shape.valid = shape.before >= 0 && shape.after >= 0;
  return shape;
}

bool is_pure(std::string_view run) {
  const Shape shape = shape_of(run);
  if (!shape.valid) return false;
  return shape.elided ? shape.before + shape.after <= 7 : shape.before == 8;
}

// What stands before the dotted part, with its last colon.
bool is_mapped_prefix(std::string_view prefix) {
  const bool open = prefix.size() >= 2 && prefix.substr(prefix.size() - 2) == "::";
  if (!open) prefix.remove_suffix(1);
  const Shape shape = shape_of(prefix);
  if (!shape.valid) return false;
  return shape.elided ? shape.before + shape.after <= 5 : shape.before == 6;
}

// The run up to and with its last colon; empty: there is none.
std::string_view up_to_last_colon(std::string_view run) {
  return run.substr(0, run.rfind(':') + 1);
}

// Where an IPv6 address may begin: behind "IPv6:" or where no digits and colons go before.
std::size_t v6_begin(std::string_view text, std::size_t at) {
  if (istarts_with(text.substr(at), kPrefix)) return at + kPrefix.size();
  if (at > 0 && in_run(text[at - 1])) return std::string_view::npos;
  return at;
}

bool starts_v4(std::string_view text, std::size_t at) {
  if (at >= text.size() || !is_digit(text[at])) return false;
  return at == 0 || (!is_word(text[at - 1]) && text[at - 1] != ':');
}

bool all_zero(std::string_view text) {
  return text.find_first_not_of('0') == std::string_view::npos;
}

// Zero groups before "ffff:", as the longest list of spellings has them.
bool is_zero_prefix(std::string_view zeros) {
  if (zeros.empty() || zeros.find_first_not_of("0:") != std::string_view::npos) return false;
  const bool open = zeros.size() >= 2 && zeros.substr(zeros.size() - 2) == "::";
  const std::string_view body = open ? zeros : zeros.substr(0, zeros.size() - 1);
  if (zeros.back() != ':') return false;
  const Shape shape = shape_of(body);
  if (!shape.valid) return false;
  if (!shape.elided) return shape.before == 5;
  const std::size_t last = open ? 0 : body.size() - body.rfind(':') - 1;
  switch (shape.before) {
    case 0:
      return shape.after <= 4;
    case 1:
      return shape.after <= 3;
    case 2:
      return shape.after == 0 || (shape.after == 1 && last <= 2);
    case 3:
      return shape.after == 0 || (shape.after == 1 && last == 1);
    case 4:
      return shape.after == 0;
    default:
      return false;
  }
}

bool is_mapped_to_zero(std::string_view prefix) {
  constexpr std::string_view kMark = "ffff:";
  if (prefix.size() <= kMark.size()) return false;
  const std::size_t mark = prefix.size() - kMark.size();
  return iequals(prefix.substr(mark), kMark) && is_zero_prefix(prefix.substr(0, mark));
}

// "::1" and its longer spellings.
bool is_loopback(std::string_view run) {
  const std::string_view head = up_to_last_colon(run);
  const std::string_view last = run.substr(head.size());
  if (head.empty() || !is_group(last) || last.back() != '1') return false;
  if (!all_zero(last.substr(0, last.size() - 1))) return false;
  if (head.find_first_not_of("0:") != std::string_view::npos) return false;
  const Shape shape = shape_of(run);
  if (!shape.valid) return false;
  return shape.elided ? shape.before + shape.after <= 7 && shape.after >= 1 : shape.before == 8;
}

bool begins_private_v4(std::string_view text) {
  if (text.starts_with("10.") || text.starts_with("127.") || text.starts_with("169.254.") ||
      text.starts_with("192.168.")) {
    return true;
  }
  const bool shared = text.starts_with("100.");
  if (!shared && !text.starts_with("172.")) return false;
  const std::size_t dot = text.find('.', 4);
  if (dot == std::string_view::npos || dot > 7 || text[4] == '0') return false;
  int value = 0;
  for (const char c : text.substr(4, dot - 4)) {
    if (!is_digit(c)) return false;
    value = value * 10 + (c - '0');
  }
  return shared ? value >= 64 && value <= 127 : value >= 16 && value <= 31;
}

}  // namespace

Lengths ip_lengths(std::string_view text, std::size_t at) {
  Lengths lengths;
  if (starts_v4(text, at)) {
    const std::size_t length = dotted_length(text, at);
    const std::size_t end = at + length;
    if (length > 0 && (end == text.size() || !is_word(text[end]))) lengths.add(length);
    if (lengths.count > 0) return lengths;
  }
  const std::size_t begin = v6_begin(text, at);
  if (begin == std::string_view::npos) return lengths;
  const std::string_view run = run_at(text, begin);
  const std::string_view prefix = up_to_last_colon(run);
  if (prefix.empty()) return lengths;
  if (prefix.size() < run.size() && is_mapped_prefix(prefix)) {
    const std::size_t dotted = begin + prefix.size();
    const std::size_t end = dotted + dotted_length(text, dotted);
    if (end > dotted && (end == text.size() || !in_run(text[end]))) lengths.add(end - at);
  }
  if (is_pure(run)) lengths.add(begin + run.size() - at);
  return lengths;
}

Lengths localhost_lengths(std::string_view text, std::size_t at) {
  constexpr std::string_view kName = "localhost";
  constexpr std::string_view kDomain = ".localdomain";
  constexpr std::string_view kDotted = "127.0.0.1";
  Lengths lengths;
  const std::string_view rest = text.substr(at);
  if (istarts_with(rest, kName)) {
    if (istarts_with(rest.substr(kName.size()), kDomain)) {
      lengths.add(kName.size() + kDomain.size());
    }
    lengths.add(kName.size());
    return lengths;
  }
  if (rest.starts_with(kDotted) && starts_v4(text, at)) {
    if (rest.size() == kDotted.size() || !is_word(rest[kDotted.size()])) {
      lengths.add(kDotted.size());
    }
    return lengths;
  }
  const std::size_t begin = v6_begin(text, at);
  if (begin == std::string_view::npos) return lengths;
  const std::string_view run = run_at(text, begin);
  const std::string_view prefix = up_to_last_colon(run);
  if (is_mapped_to_zero(prefix) && text.substr(begin + prefix.size()).starts_with(kDotted)) {
    const std::size_t end = begin + prefix.size() + kDotted.size();
    if (end == text.size() || !in_run(text[end])) lengths.add(end - at);
  } else if (is_loopback(run)) {
    lengths.add(begin + run.size() - at);
  }
  return lengths;
}

std::string_view find_ip(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (!in_run(c) && ascii_lower(c) != 'i') continue;
    const Lengths lengths = ip_lengths(text, at);
    if (lengths.count > 0) return text.substr(at, lengths.of[0]);
  }
  return {};
}

bool is_private_ip(std::string_view ip) {
  if (begins_private_v4(ip)) return true;
  const std::size_t begin = v6_begin(ip, 0);
  const std::string_view run = run_at(ip, begin);
  if (run.empty()) return false;
  const std::string_view prefix = up_to_last_colon(run);
  if (is_mapped_to_zero(prefix) && begins_private_v4(ip.substr(begin + prefix.size()))) return true;
  if (run.size() >= 5 && istarts_with(run, "fe") && run[4] == ':' &&
      std::string_view("89abAB").find(run[2]) != std::string_view::npos && is_hex(run[3])) {
    return true;
  }
  return is_loopback(run);
}

}  // namespace sluice::rules
