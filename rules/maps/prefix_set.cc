#include "rules/maps/prefix_set.h"

#include <algorithm>

namespace sluice::rules {
namespace {

constexpr uint8_t kV4Bits = 96;  // of ::ffff:0:0/96

bool is_v4(const Ip6& ip) {
  constexpr Ip6 kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return std::equal(kMapped.begin(), kMapped.begin() + kV4Bits / 8, ip.begin());
}

uint32_t v4_of(const Ip6& ip) {
  uint32_t out = 0;
  for (std::size_t i = kV4Bits / 8; i < ip.size(); ++i) out = out << 8U | ip[i];
  return out;
}

// `ip` with all bits set that stand behind the first `bits`.
Ip6 last_of(Ip6 ip, uint8_t bits) {
  for (std::size_t i = 0; i < ip.size(); ++i) {
    const std::size_t before = i * 8;
    if (before >= bits) {
      ip[i] = 0xff;
    } else if (before + 8 > bits) {
      ip[i] = static_cast<uint8_t>(ip[i] | 0xffU >> (bits - before));
    }
  }
  return ip;
}

}  // namespace

void PrefixSet::add(const IpPrefix& prefix) {
  const Ip6 last = last_of(prefix.address, prefix.bits);
  if (prefix.bits >= kV4Bits && is_v4(prefix.address)) {
    v4_.push_back({.first = v4_of(prefix.address), .last = v4_of(last)});
  } else {
    v6_.push_back({.first = prefix.address, .last = last});
  }
}

// Drops what lies inside another: that one comes first, or is the same.
template <typename Address>
void PrefixSet::build_ranges(std::vector<Range<Address>>& ranges) {
  std::sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : a.last > b.last;
  });
  std::size_t kept = 0;
  for (const Range<Address>& range : ranges) {
    if (kept == 0 || ranges[kept - 1].last < range.first) ranges[kept++] = range;
  }
  ranges.resize(kept);
  ranges.shrink_to_fit();
}

void PrefixSet::build() {
  build_ranges(v4_);
  build_ranges(v6_);
}

template <typename Address>
bool PrefixSet::has_in(const std::vector<Range<Address>>& ranges, const Address& address) {
  const auto after = std::upper_bound(
      ranges.begin(), ranges.end(), address,
      [](const Address& one, const Range<Address>& range) { return one < range.first; });
  return after != ranges.begin() && !((after - 1)->last < address);
}

bool PrefixSet::has(const Ip6& ip) const {
  return is_v4(ip) ? has_in(v4_, v4_of(ip)) : has_in(v6_, ip);
}

std::size_t PrefixSet::memory_bytes() const {
  return v4_.size() * sizeof v4_[0] + v6_.size() * sizeof v6_[0];
}

}  // namespace sluice::rules
