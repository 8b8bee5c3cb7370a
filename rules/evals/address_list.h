// A list of addresses with wildcards, as welcomelist_from and the like have them.
//
//   AddressList list;
//   list.add("*@shop.example");
//   list.finish();
//   list.has("alice@shop.example")       true
//
// "*" stands for any text, "?" for any byte; letter case does not matter.
//
// An address is looked up by what stands behind its "@" and dots, so that time does not grow with
// the list.
//
// Source:   Mail::SpamAssassin::Conf 4.0.1 (welcomelist_from).
// Bounds:   addresses longer than kAddressBytesMax are on no list.
// Threads:  immutable once finished.
// Tests:    tests/rules/evals/address_list_test.cc

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sluice::rules {

// Lets a map of strings be asked by views.
struct TextHash {
  using is_transparent = void;

  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

template <typename Value>
using TextMap = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

class AddressList {
 public:
  static constexpr std::size_t kAddressBytesMax = 1024;

  // The number of the pattern: that of the first one that was written so.
  uint32_t add(std::string_view pattern);
  // Takes away the pattern written so.
  void remove(std::string_view pattern);
  // Makes the list ready for look-ups.
  void finish();

  [[nodiscard]] bool has(std::string_view address) const;

  // Runs `visit` on the number of each pattern that `address` matches until it returns true; the
  // answer is whether it did.
  template <typename Visit>
  bool find(std::string_view address, Visit&& visit) const;

  [[nodiscard]] bool empty() const { return numbers_.empty(); }

 private:
  [[nodiscard]] const std::vector<uint32_t>* behind(std::string_view tail) const;
  [[nodiscard]] bool matches(uint32_t number, std::string_view address) const;

  std::vector<std::string> patterns_;     // lower case
  TextMap<uint32_t> numbers_;             // of the patterns that are on the list
  TextMap<std::vector<uint32_t>> tails_;  // by what a pattern ends with
  std::size_t tail_bytes_max_ = 0;
};

template <typename Visit>
bool AddressList::find(std::string_view address, Visit&& visit) const {
  if (empty() || address.size() > kAddressBytesMax) return false;
  const auto try_tail = [&](std::string_view tail) {
    const std::vector<uint32_t>* numbers = behind(tail);
    if (numbers == nullptr) return false;
    for (const uint32_t number : *numbers) {
      if (matches(number, address) && visit(number)) return true;
    }
    return false;
  };
  if (try_tail({})) return true;
  for (std::size_t at = address.size(); at-- > 0;) {
    if (address[at] != '.' && address[at] != '@') continue;
    if (address.size() - at - 1 > tail_bytes_max_) break;
    if (at + 1 < address.size() && try_tail(address.substr(at + 1))) return true;
  }
  return false;
}

}  // namespace sluice::rules
