#include "rules/mail/net_set.h"

#include <algorithm>
#include <cstring>
#include <string>

#include <arpa/inet.h>

#include "base/text.h"

namespace sluice::rules {
namespace {

constexpr uint8_t kV4Bits = 96;  // of ::ffff:0:0/96

// Cuts the decimal digits at the front of `text` off; -1: there are none.
int take_number(std::string_view& text) {
  int value = -1;
  while (!text.empty() && is_digit(text.front())) {
    value = std::min((value < 0 ? 0 : value) * 10 + (text.front() - '0'), 1'000);
    text.remove_prefix(1);
  }
  return value;
}

// "10", "10.", "10.1": the octets given; 0 if it is no such text.
std::size_t read_octets(std::string_view text, uint8_t* octets) {
  for (std::size_t count = 0; count < 4;) {
    const int value = take_number(text);
    if (value < 0 || value > 255) return 0;
    octets[count++] = static_cast<uint8_t>(value);
    if (text.empty()) return count;
    if (text.front() != '.' || count == 4) return 0;
    text.remove_prefix(1);
    if (text.empty()) return count;
  }
  return 0;
}

Ip6 mapped(const uint8_t* octets) {
  Ip6 ip = {};
  ip[10] = ip[11] = 0xff;
  std::memcpy(ip.data() + 12, octets, 4);
  return ip;
}

std::optional<Ip6> read_v6(std::string_view text) {
  if (text.size() > 63 || text.find(':') == std::string_view::npos) return std::nullopt;
  const std::string copy(text);
  Ip6 ip = {};
  if (inet_pton(AF_INET6, copy.c_str(), ip.data()) != 1) return std::nullopt;
  return ip;
}

// "255.255.0.0" as 16; -1: bits with gaps.
int bits_of_mask(const uint8_t* octets) {
  uint32_t mask = 0;
  for (int i = 0; i < 4; ++i) mask = mask << 8U | octets[i];
  const int bits = __builtin_popcount(mask);
  const uint32_t whole = bits == 0 ? 0 : UINT32_MAX << (32U - static_cast<unsigned>(bits));
  return mask == whole ? bits : -1;
}

int read_mask(std::string_view text, int bits_max) {
  uint8_t octets[4] = {};
  if (bits_max == 32 && text.find('.') != std::string_view::npos) {
    return read_octets(text, octets) == 4 ? bits_of_mask(octets) : -1;
  }
  const int bits = take_number(text);
  return text.empty() && bits <= bits_max ? bits : -1;
}

bool same_bits(const Ip6& a, const Ip6& b, uint8_t bits) {
  const std::size_t bytes = bits / 8;
  if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(bytes), b.begin())) {
    return false;
  }
  const unsigned rest = bits % 8U;
  return rest == 0 || (a[bytes] ^ b[bytes]) >> (8U - rest) == 0;
}

std::string_view without_zone(std::string_view text) {
  return text.substr(0, text.find('%'));
}

}  // namespace

std::optional<Ip6> read_ip(std::string_view text) {
  uint8_t octets[4] = {};
  if (text.find(':') == std::string_view::npos) {
    if (text.empty() || text.back() == '.' || read_octets(text, octets) != 4) return std::nullopt;
    return mapped(octets);
  }
  return read_v6(text);
}

bool NetSet::add(std::string_view network) {
  network = trim(network);
  Net net{.excluded = network.starts_with('!')};
  if (net.excluded) network = trim(network.substr(1));
  const std::size_t slash = network.find('/');
  std::string_view address = network.substr(0, slash);
  if (address.size() > 1 && address.front() == '[' && address.back() == ']') {
    address = address.substr(1, address.size() - 2);
  }
  address = without_zone(address);
  const bool v4 = address.find(':') == std::string_view::npos;
  int bits = v4 ? 32 : 128;
  if (v4) {
    uint8_t octets[4] = {};
    const std::size_t given = read_octets(address, octets);
    if (given == 0) return false;
    net.address = mapped(octets);
    bits = static_cast<int>(given) * 8;
  } else {
    const std::optional<Ip6> ip = read_v6(address);
    if (!ip) return false;
    net.address = *ip;
  }
  if (slash != std::string_view::npos) bits = read_mask(network.substr(slash + 1), v4 ? 32 : 128);
  if (bits < 0) return false;
  net.bits = static_cast<uint8_t>(bits + (v4 ? kV4Bits : 0));
  if (first_with(net.address, net.bits) == nullptr) nets_.push_back(net);
  return true;
}

const NetSet::Net* NetSet::first_with(const Ip6& address, uint8_t bits) const {
  for (const Net& net : nets_) {
    if (net.bits <= bits && same_bits(net.address, address, net.bits)) return &net;
  }
  return nullptr;
}

void NetSet::keep_within(const NetSet& outer) {
  std::erase_if(nets_, [&](const Net& net) {
    const Net* holder = outer.first_with(net.address, net.bits);
    return !net.excluded && (holder == nullptr || holder->excluded);
  });
}

bool NetSet::contains(std::string_view ip) const {
  const std::optional<Ip6> address = read_ip(ip);
  if (!address) return false;
  const Net* net = first_with(*address, 128);
  return net != nullptr && !net->excluded;
}

}  // namespace sluice::rules
