#include "rules/evals/address_list.h"

#include <algorithm>

#include "base/text.h"

namespace sluice::rules {

namespace {

// Bytes that the original does not let into a pattern.
char plain(char c) {
  return c == '\0' || c == '\\' || c == '(' ? '_' : c;
}

// What any address that matches must end with: the literal behind the last wildcard, from its first
// "@" or dot on. "" if there is none.
std::string_view tail_of(std::string_view pattern) {
  const std::size_t wildcard = pattern.find_last_of("*?");
  if (wildcard != std::string_view::npos) pattern.remove_prefix(wildcard + 1);
  const std::size_t mark = pattern.find_first_of(".@");
  return mark == std::string_view::npos ? std::string_view() : pattern.substr(mark + 1);
}

bool is_same(char pattern, char c) {
  return pattern == '?' || plain(pattern) == ascii_lower(c);
}

// Whether all of `text` matches; the last "*" is the only one to come back to.
bool matches_glob(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && is_same(pattern[p], text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace

uint32_t AddressList::add(std::string_view pattern) {
  const std::string lower = to_lower(pattern);
  const auto [it, is_new] = numbers_.try_emplace(lower, static_cast<uint32_t>(patterns_.size()));
  if (is_new) patterns_.push_back(lower);
  return it->second;
}

void AddressList::remove(std::string_view pattern) {
  numbers_.erase(to_lower(pattern));
}

void AddressList::finish() {
  tails_.clear();
  tail_bytes_max_ = 0;
  for (const auto& [pattern, number] : numbers_) {
    const std::string_view tail = tail_of(pattern);
    tails_[std::string(tail)].push_back(number);
    tail_bytes_max_ = std::max(tail_bytes_max_, tail.size());
  }
}

bool AddressList::has(std::string_view address) const {
  return find(address, [](uint32_t /*number*/) { return true; });
}

const std::vector<uint32_t>* AddressList::behind(std::string_view tail) const {
  // The map is asked by a lower-case copy: tails are short.
  std::string lower;
  if (std::any_of(tail.begin(), tail.end(), [](char c) { return ascii_lower(c) != c; })) {
    lower = to_lower(tail);
    tail = lower;
  }
  const auto it = tails_.find(tail);
  return it == tails_.end() ? nullptr : &it->second;
}

bool AddressList::matches(uint32_t number, std::string_view address) const {
  return matches_glob(patterns_[number], address);
}

}  // namespace sluice::rules
