// Entries of maps in the form in which they are kept and looked up.
//
//   read_host("Bücher.Example.", out, fault)         "xn--bcher-kva.example"
//   read_address("Ann@Shop.EXAMPLE", out, fault)     "ann@shop.example"
//   read_digest("d41d8cd98f00b204e9800998ecf8427e")  16 bytes
//   read_prefix("192.0.2.0/24", prefix, fault)       {::ffff:192.0.2.0, 120}
//
// A host is in lower case and in ASCII (IDNA 2008), without the dot at its end; an IP address is
// written the one way inet_ntop() does. An address is in lower case as a whole: nobody gives
// "Ann@shop.example" and "ann@shop.example" to two people, whatever RFC 5321 section 2.4 allows.
//
// Source:   RFC 1035 section 2.3.4 (63 and 253 octets), RFC 5891, RFC 5952, RFC 5321 section 2.4.
// Failure:  false, and what is wrong with the text, without quoting it.
// Bounds:   time linear in the text. No heap allocation but for names that are not ASCII.
// Tests:    tests/rules/maps/map_entry_test.cc

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "rules/maps/prefix_set.h"

namespace sluice::rules {

class EntryText {
 public:
  [[nodiscard]] std::string_view view() const { return {bytes_.data(), size_}; }

  void clear() { size_ = 0; }

  // False: it does not fit.
  [[nodiscard]] bool append(std::string_view text);

 private:
  std::array<char, UINT8_MAX> bytes_ = {};
  std::size_t size_ = 0;
};

struct EntryFault {
  std::size_t offset = 0;  // into the text
  std::string_view message = {};
  std::string_view hint = {};
};

// A host name, or an IP address, with or without brackets.
bool read_host(std::string_view text, EntryText& out, EntryFault& fault);

// "ann@shop.example", or "@shop.example".
bool read_address(std::string_view text, EntryText& out, EntryFault& fault);

// 32, 40 or 64 hexadecimal digits.
bool read_digest(std::string_view text, EntryText& out, EntryFault& fault);

bool read_prefix(std::string_view text, IpPrefix& out, EntryFault& fault);

}  // namespace sluice::rules
